/* The worker: Python, the command line and the files of the jobs. Nothing here can reach a network: the page's policy
   forbids it, and fetch answers from what the page has brought along alone. */
"use strict";
const SITE = "/site";
const A_DAY = 86400000; // milliseconds; in no zone is it the year before
let python, desk;

function decoded(text) {
  if (Uint8Array.fromBase64) { return Uint8Array.fromBase64(text); }
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) { bytes[at] = letters.charCodeAt(at); }
  return bytes;
}

async function unpacked(text) {
  const stream = new Blob([decoded(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function answerFetches(files) {
  const kinds = { wasm: "application/wasm", zip: "application/zip" };
  self.fetch = async (asked) => {
    const name = String(asked.url || asked).split("/").pop();
    if (!(name in files)) { throw new TypeError("there is no network here"); }
    const headers = { "content-type": kinds[name.split(".").pop()] };
    const data = files[name];
    delete files[name]; // each is asked for once
    return new Response(data, { headers });
  };
}

function writeSite(bundle, moment) {
  const end = bundle.indexOf(10);
  const index = JSON.parse(new TextDecoder().decode(bundle.subarray(0, end)));
  const folders = new Set();
  let at = end + 1;
  for (const [name, length] of index) {
    const path = `${SITE}/${name}`;
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!folders.has(folder)) {
      python.FS.mkdirTree(folder);
      folders.add(folder);
    }
    python.FS.writeFile(path, bundle.subarray(at, at + length), { canOwn: true }); // not copied
    python.FS.utime(path, moment, moment);
    at += length;
  }
}

async function start({ parts, moment }) {
  const [engine, library, site] = await Promise.all(
    [unpacked(parts.engine), unpacked(parts.library), unpacked(parts.site)]);
  const now = Date.now;
  Date.now = () => Math.max(now(), moment + A_DAY); // a zip archive knows no time before; a clock without a battery does
  answerFetches({ "pyodide.asm.wasm": engine, "python_stdlib.zip": library });
  const base = "https://local.invalid/";
  python = await loadPyodide({
    createPyodideModule,
    indexURL: base,
    packageBaseUrl: base,
    stdLibURL: `${base}python_stdlib.zip`,
    lockFileContents: parts.lock,
    env: { PYTHONDONTWRITEBYTECODE: "1", HOME: "/home/web_user" },
  });
  writeSite(site, moment);
  python.runPython(`import sys; sys.path.insert(0, "${SITE}")`);
  desk = python.pyimport("xlbudget.cli.page_worker");
  desk.prepare();
}

/* What may be asked for; each answers with a value that can be sent. */
const answers = {
  start,
  put({ name, data }) {
    const held = python.toPy(data);
    try { desk.put(name, held); } finally { held.destroy(); }
  },
  call({ folder, words }) {
    const list = python.toPy(words);
    let answer;
    try { answer = desk.call(folder, list); } finally { list.destroy(); }
    const [status, out, err] = answer.toJs();
    answer.destroy();
    return { status, out, err };
  },
  get({ name }) {
    const held = desk.get(name);
    const data = held.toJs();
    held.destroy();
    return data;
  },
  list({ folder }) {
    const held = desk.listed(folder);
    const names = held.toJs();
    held.destroy();
    return names;
  },
  drop({ folder }) { desk.drop(folder); },
  log() { return desk.fault_log(); },
  heap() { return python._module.HEAPU8.length; },
};

self.onmessage = async ({ data: { id, what, ...rest } }) => {
  try {
    const value = await answers[what](rest);
    self.postMessage({ id, value }, value instanceof Uint8Array ? [value.buffer] : []);
  } catch (error) {
    self.postMessage({ id, error: String((error && error.message) || error) });
  }
};
