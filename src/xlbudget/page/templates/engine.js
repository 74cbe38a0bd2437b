/* The engine as the page knows it: messages to whatever runs the command line, answered in their order.

   put(name, data)       a file of a job, as bytes; a name is FOLDER/FILE
   call(folder, words)   one command, run in the folder of a job: {status, out, err}
   get(name)             a file of a job as bytes; a folder as one zip archive
   list(folder)          the names of a job's files
   drop(folder)          the job is over

   What the page does needs these five alone; in a task pane of an office they may be answered by something else. */
"use strict";

class Engine {
  constructor(makeWorker) {
    this.makeWorker = makeWorker; // a function that gives a worker and what it starts with
    this.last = 0;
    this.waiting = new Map();
    this.begun = 0;
    this.ready = this.begin();
  }

  async begin() {
    const turn = this.begun += 1;
    const { worker, first } = await this.makeWorker();
    if (turn !== this.begun) {
      worker.terminate();
      throw new Error(Engine.RESTARTED);
    }
    this.worker = worker;
    worker.onmessage = ({ data: { id, value, error } }) => {
      const [resolve, reject] = this.waiting.get(id) || [];
      this.waiting.delete(id);
      if (resolve && error === undefined) { resolve(value); } else if (reject) { reject(new Error(error)); }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.fail(new Error(event.message || "worker"));
    };
    await this.send("start", first);
  }

  fail(error) {
    for (const [, reject] of this.waiting.values()) { reject(error); }
    this.waiting.clear();
  }

  /* After a fault of the engine's own: a new one in its place; nothing lies in the old one that is not here too. */
  restart() {
    if (this.worker) { this.worker.terminate(); }
    this.fail(new Error(Engine.RESTARTED));
    this.ready = this.begin();
    return this.ready;
  }

  send(what, rest = {}, transfer = []) {
    return new Promise((resolve, reject) => {
      this.last += 1;
      this.waiting.set(this.last, [resolve, reject]);
      this.worker.postMessage({ id: this.last, what, ...rest }, transfer);
    });
  }

  async put(name, data) { await this.ready; return this.send("put", { name, data }); }
  async call(folder, words) { await this.ready; return this.send("call", { folder, words }); }
  async get(name) { await this.ready; return this.send("get", { name }); }
  async list(folder) { await this.ready; return this.send("list", { folder }); }
  async drop(folder) { await this.ready; return this.send("drop", { folder }); }
  async log() { await this.ready; return this.send("log"); }
  async heap() { await this.ready; return this.send("heap"); }
}

Engine.RESTARTED = "restart"; // the error of what was under way when the engine was begun anew

/* A worker made from what this page holds: its script is unpacked here, all else in the worker. */
async function workerFromPage() {
  const textOf = (name) => document.getElementById(`packed-${name}`).textContent;
  const letters = atob(textOf("worker"));
  const packed = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = await new Response(stream).blob();
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(address);
  const parts = { engine: textOf("engine"), library: textOf("library"), site: textOf("site"), lock: textOf("lock") };
  return { worker, first: { parts, moment: Number(textOf("moment")) } };
}
