/* The page: what the user sees and does. It knows the command line by its words and the engine by its messages. */
"use strict";

(function () {
  const LARGEST = 200 * 2 ** 20; // as the command line reads from standard input
  const RESULT = "结果";
  const WORKBOOK = /\.(xlsm|xlsx)$/i;
  const DOCUMENT = /\.(docx|html?|txt|md|pdf)$/i;
  const find = (name) => document.getElementById(name);
  const copyOf = (name) => find(name).content.firstElementChild.cloneNode(true);
  let engine;
  let jobs = 0;
  let queue = Promise.resolve();
  let waiting = 0;
  let stopped = false;
  let shown = null;
  const cards = new Set();

  /* ---------------------------------------------------------------- what is happening */

  function tell(text, busy) {
    find("state").textContent = text;
    find("bar").className = busy ? "busy" : "";
    find("stop").hidden = !busy || waiting === 0;
  }

  /* One job after the other, each in a folder of its own that goes with it. */
  function inTurn(text, work, after) {
    waiting += 1;
    queue = queue.then(async () => {
      const folder = `${jobs += 1}`;
      const more = () => (waiting > 1 ? `（后面还有 ${waiting - 1} 件）` : "");
      tell(text + more(), true);
      let ending = "";
      try {
        await engine.ready;
        tell(text + more(), true);
        ending = await work(folder);
        await engine.drop(folder);
      } catch (error) {
        ending = stopped
          ? "已停止，原文件没有改动。"
          : `没有做完（${error.message}），原文件没有改动；本页已重新准备，请再试一次，或分几次处理。`;
        if (after) { after(ending); }
        if (!stopped) { engine.restart().catch(unready); }
        stopped = false;
      }
      waiting -= 1;
      tell(ending || "准备好了。", waiting > 0);
    });
    return queue;
  }

  function unready(error) {
    tell(`本页的程序没有准备好（${error.message}）；请关闭别的程序和网页后重新打开，或换一个浏览器。`, false);
  }

  /* ---------------------------------------------------------------- names and bytes */

  function plainName(name) {
    const plain = name.replace(/[/\0]/g, "_").trim();
    return plain === "" || plain === "." || plain === ".." ? "_" : plain;
  }
  const asWord = (name) => (name.startsWith("-") ? `./${name}` : name);
  const stemOf = (name) => name.replace(/\.[^.]*$/, "");

  async function bytesOf(file) {
    if (file.size > LARGEST) { throw new Error(`“${file.name}”超过${LARGEST / 2 ** 20}MB，没有读取`); }
    try {
      return new Uint8Array(await file.arrayBuffer());
    } catch {
      throw new Error(`“${file.name}”读不了：可能是文件夹，或刚被移走、改过；请再选一次`);
    }
  }

  function sizeText(length) {
    return length < 2 ** 20 ? `${Math.ceil(length / 2 ** 10)} KB` : `${(length / 2 ** 20).toFixed(1)} MB`;
  }

  async function putAll(folder, files) {
    const names = [];
    for (const file of files) {
      const name = plainName(file.name);
      await engine.put(`${folder}/${name}`, await bytesOf(file));
      names.push(asWord(name));
    }
    return names;
  }

  /* ---------------------------------------------------------------- downloads */

  /* A later state of the same file takes the place of the earlier one. */
  function offer(name, data, what, owner) {
    const key = `${owner ? owner.number : ""} ${name}`;
    for (const old of find("downloads").children) {
      if (old.dataset.key === key) {
        URL.revokeObjectURL(old.querySelector("a").href);
        old.remove();
        break;
      }
    }
    const line = copyOf("download");
    line.dataset.key = key;
    const link = line.querySelector("a");
    link.textContent = name;
    link.download = name;
    link.href = URL.createObjectURL(new Blob([data]));
    line.querySelector(".what").textContent = what;
    line.querySelector(".size").textContent = sizeText(data.length);
    find("downloads").prepend(line);
    find("no-downloads").hidden = true;
  }

  async function offerLog(said) {
    if (!said.includes("程序内部出错") || !engine.log) { return; }
    const text = await engine.log();
    if (text) { offer("xlbudget.log", new TextEncoder().encode(text), "程序出错的记录，请发给开发者"); }
  }

  /* ---------------------------------------------------------------- cards: a file with its verdict */

  class Card {
    constructor(name, data) {
      this.number = jobs += 1;
      this.name = plainName(name);
      this.data = data;
      this.report = null;
      this.done = [];
      this.line = copyOf("card");
      this.part(".name").textContent = this.name;
      this.part(".actions").setAttribute("aria-label", this.name);
      find("cards").append(this.line);
      find("no-cards").hidden = true;
      cards.add(this);
      this.look("waiting", "等待校验", []);
    }

    part(css) { return this.line.querySelector(css); }

    look(state, verdict, sentences) {
      this.line.className = `card ${state}`;
      this.part(".verdict").textContent = verdict;
      this.part(".said").replaceChildren(...sentences.map((text) => {
        const line = document.createElement("li");
        line.textContent = text;
        return line;
      }));
    }

    /* What a command said of what it did. */
    note(title, text) {
      const told = this.part(".told");
      told.hidden = !text.trim();
      told.open = true;
      told.querySelector("summary").textContent = title;
      told.querySelector("pre").textContent = text.trim();
    }

    fail(sentence) {
      if (this.line.classList.contains("waiting")) { this.look("unknown", "没有校验", []); }
      this.note("没有做完", sentence);
      this.offerActions([]);
    }

    remove() {
      cards.delete(this);
      this.line.remove();
      find("no-cards").hidden = cards.size > 0;
      if (shown === this) { show(null); }
    }

    /* Names and deeds; nothing stands here that cannot be done with this file. */
    offerActions(actions) {
      const buttons = [];
      if (this.report) {
        const look = button("看报告", () => show(shown === this ? null : this));
        look.setAttribute("aria-pressed", String(shown === this));
        look.dataset.look = "";
        buttons.push(look);
      }
      for (const [title, deed] of actions) { buttons.push(button(title, deed)); }
      const last = button("移去", () => this.remove());
      last.className = "last";
      buttons.push(last);
      const group = this.part(".actions");
      const held = group.contains(document.activeElement) ? document.activeElement.textContent : null;
      group.replaceChildren(...buttons);
      if (held !== null) { (buttons.find((one) => one.textContent === held) || buttons[0]).focus(); }
    }
  }

  function button(title, deed) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = title;
    made.addEventListener("click", deed);
    return made;
  }

  function show(card) {
    shown = card;
    find("shown").hidden = !card;
    find("shown-name").textContent = card ? card.name : "";
    find("report").srcdoc = card ? card.report : "";
    for (const one of cards) {
      const look = one.part("[data-look]");
      if (look) { look.setAttribute("aria-pressed", String(one === card)); }
    }
  }

  /* ---------------------------------------------------------------- validate */

  async function check(card, folder) {
    await engine.put(`${folder}/${card.name}`, card.data);
    const target = `${stemOf(card.name)}－校验结果.html`;
    const words = ["validate", asWord(card.name), "--format", "html"];
    const { status, err } = await engine.call(folder, [...words, "-o", asWord(target)]);
    await offerLog(err);
    const names = await engine.list(folder);
    if (!names.includes(target)) {
      card.report = null;
      card.look("unknown", "? 无法判断", err.trim().split("\n"));
      card.offerActions([]);
      return `“${card.name}”没有校验：${err.trim()}`;
    }
    const data = await engine.get(`${folder}/${target}`);
    card.report = new TextDecoder().decode(data);
    const page = new DOMParser().parseFromString(card.report, "text/html");
    const summary = page.querySelector(".summary");
    const verdict = summary.querySelector(".status").textContent.trim();
    const sentences = [...summary.querySelectorAll("p")].map((one) => one.textContent.trim());
    const state = ["pass", "rounding", "error"].find((one) => summary.classList.contains(one));
    card.look(state || "unknown", verdict, [...new Set([...err.trim().split("\n"), ...sentences])].filter(Boolean));
    const usable = status !== 2 || await standardOf(card, folder) !== "";
    if (usable) { offer(target, data, `“${card.name}”的校验报告（网页）`, card); } else { card.report = null; }
    card.offerActions(usable ? actionsOf(card) : []);
    if (usable && (!shown || shown === card)) { show(card); } else if (shown === card) { show(null); }
    return `“${card.name}”校验完毕：${verdict}`;
  }

  /* By which standard it was judged; "" where by none. What cannot be judged may be a budget that is not filled in yet. */
  async function standardOf(card, folder) {
    const { out } = await engine.call(folder, ["validate", asWord(card.name), "--format", "json"]);
    try { return JSON.parse(out).standard; } catch { return ""; }
  }

  function actionsOf(card) {
    if (!WORKBOOK.test(card.name)) { return [["做成工作簿", () => asWorkbook(card)]]; }
    return [
      ["填列小计", () => change(card, "填列小计", ["fill"])],
      ["生成说明", () => change(card, "生成说明", ["notes"])],
      ["打包…", () => askPackage(card)],
      ["导入…", () => askImport(card)],
      ["录入底稿…", () => askLedger(card)],
      ["结转下年…", () => askRollover(card)],
    ];
  }

  /* ---------------------------------------------------------------- what is done with a workbook */

  /* A command that writes the workbook anew; the card goes on with the new one. */
  function change(card, title, words) {
    inTurn(`正在${title}：“${card.name}”……`, async (folder) => {
      await engine.put(`${folder}/${card.name}`, card.data);
      await engine.put(`${folder}/${RESULT}/`, new Uint8Array());
      const target = `${RESULT}/${card.name}`;
      const [command, ...more] = words;
      const done = await engine.call(folder, [command, asWord(card.name), ...more, "-o", target]);
      return changed(card, title, folder, target, done);
    }, (why) => card.fail(why));
  }

  async function changed(card, title, folder, target, { status, out, err }) {
    const said = `${out}\n${err}`.replaceAll(`${RESULT}/`, "").replace(/，原文件备份为“[^”]*”/g, "");
    card.note(title, said);
    await offerLog(err);
    const names = await engine.list(`${folder}/${RESULT}`);
    if (status === 2 || !names.includes(card.name)) { return `${title}没有做：${err.trim() || out.trim()}`; }
    card.data = await engine.get(`${folder}/${target}`);
    card.done.push(title);
    offer(card.name, card.data, `工作簿，已${[...new Set(card.done)].join("、")}`, card);
    await engine.drop(folder);
    const verdict = await check(card, folder);
    return `${title}完毕，在“下载”里。${verdict}`;
  }

  function asWorkbook(card) {
    const name = `${stemOf(card.name)}.xlsm`;
    makeNew(`正在做成工作簿：“${card.name}”……`, name, async (folder) => {
      await engine.put(`${folder}/${card.name}`, card.data);
      const standard = await standardOf(card, folder);
      const by = standard ? ["--standard", standard] : [];
      return ["import", asWord(card.name), "--yes", "-w", asWord(name), ...by];
    }, (text) => card.note("做成工作簿", text));
  }

  /* A command that makes a new workbook, which then gets a card of its own. */
  function makeNew(text, name, words, note) {
    inTurn(text, async (folder) => {
      const { out, err } = await engine.call(folder, await words(folder));
      await offerLog(err);
      note(`${out}\n${err}`);
      if (!(await engine.list(folder)).includes(name)) { return err.trim() || out.trim(); }
      const data = await engine.get(`${folder}/${name}`);
      const card = new Card(name, data);
      offer(name, data, "新的工作簿", card);
      card.note("新建", `${out}\n${err}`);
      await engine.drop(folder);
      const verdict = await check(card, folder);
      return `“${name}”在“下载”里。${verdict}`;
    }, note);
  }

  function pack(card, flags, to) {
    const set = `${stemOf(card.name)}－公开套件`;
    inTurn(`正在打包：“${card.name}”……`, async (folder) => {
      await engine.put(`${folder}/${card.name}`, card.data);
      const words = ["package", asWord(card.name), "-o", asWord(set), "--no-pdf", ...flags];
      for (const one of to) { words.push("--to", one); }
      const { status, out, err } = await engine.call(folder, words);
      card.note(status ? "没有打包" : "打包", `${out}\n${err}`);
      await offerLog(err);
      for (const name of await engine.list(folder)) {
        const data = name === card.name ? null : await engine.get(`${folder}/${name.replace(/\/$/, "")}`);
        if (name === `${set}/`) {
          offer(`${set}.zip`, data, "公开套件：数值副本、公开文本、校验结果、邮件草稿", card);
        } else if (data) { offer(name, data, "清样单：还缺什么", card); }
      }
      return status ? `没有打包：${err.trim()}` : `已打包，“${set}.zip”在“下载”里。`;
    }, (why) => card.fail(why));
  }

  /* ---------------------------------------------------------------- dialogs */

  function opened(name, card, deeds) {
    const asked = find(name);
    const of = asked.querySelector(".of");
    if (of) { of.textContent = card.name; }
    for (const [sign, deed] of Object.entries(deeds)) {
      asked.querySelector(`[data-${sign}]`).onclick = () => { deed(asked); };
    }
    asked.querySelector("[data-close]").onclick = () => asked.close();
    asked.onkeydown = (event) => {
      if (event.key === "Enter" && event.target.tagName === "INPUT" && event.target.type !== "file") {
        event.preventDefault();
        asked.querySelector("[data-agree]").click();
      }
    };
    asked.showModal();
    return asked;
  }

  const valueOf = (asked, name) => asked.querySelector(`[name="${name}"]`).value.trim();
  const chosen = (asked) => [...asked.querySelectorAll("input[type=checkbox]:checked")].map((one) => one.value);
  const picked = (asked, name) => asked.querySelector(`[name="${name}"]:checked`).value;
  const filesOf = (asked) => [...asked.querySelector("[name=sources]").files];
  function answersOf(asked) {
    const lines = valueOf(asked, "answers").split("\n").map((one) => one.trim()).filter(Boolean);
    return lines.flatMap((one) => ["--answer", one]);
  }

  function askPackage(card) {
    opened("ask-package", card, { agree(asked) {
      asked.close();
      pack(card, chosen(asked), valueOf(asked, "to").split(/[\s,，;；]+/).filter(Boolean));
    } });
  }

  function askImport(card) {
    const imported = async (asked, folder, how) => {
      const files = filesOf(asked);
      await engine.put(`${folder}/${RESULT}/`, new Uint8Array());
      await engine.put(`${folder}/${RESULT}/${card.name}`, card.data);
      const target = `${RESULT}/${card.name}`;
      const sources = await putAll(folder, files);
      const words = ["import", ...sources, "-w", target, ...how, ...chosen(asked), ...answersOf(asked)];
      return engine.call(folder, words);
    };
    const asked = opened("ask-import", card, {
      preview(box) {
        inTurn("正在预览导入……", async (folder) => {
          const { out, err } = await imported(box, folder, ["--preview"]);
          const text = box.querySelector(".preview");
          text.textContent = `${out}\n${err}`.trim().replaceAll(`${RESULT}/`, "");
          text.hidden = false;
          return "预览完毕，没有写入。";
        });
      },
      agree(box) {
        box.close();
        inTurn(`正在导入：“${card.name}”……`, async (folder) => {
          const done = await imported(box, folder, ["--yes"]);
          return changed(card, "导入", folder, `${RESULT}/${card.name}`, done);
        }, (why) => card.fail(why));
      },
    });
    asked.querySelector(".preview").hidden = true;
  }

  function askLedger(card) {
    opened("ask-ledger", card, { agree(asked) {
      asked.close();
      const source = picked(asked, "source");
      change(card, `改为${source}`, ["fill", "--source", source]);
    } });
  }

  function askRollover(card) {
    const next = card.name.replace(/(20\d\d)(?=\D|$)/, (year) => String(Number(year) + 1));
    const asked = opened("ask-rollover", card, { agree(box) {
      const name = plainName(valueOf(box, "name"));
      box.close();
      makeNew(`正在结转：“${card.name}”……`, name, async (folder) => {
        await engine.put(`${folder}/${card.name}`, card.data);
        return ["rollover", asWord(card.name), asWord(name)];
      }, (text) => card.note("结转下年", text));
    } });
    const suggested = next === card.name ? card.name.replace(/(?=\.[^.]*$)/, "－下年") : next;
    asked.querySelector("[name=name]").value = suggested;
  }

  function askNew() {
    opened("ask-new", null, { agree(asked) {
      const name = plainName(valueOf(asked, "name"));
      const from = picked(asked, "from");
      const year = valueOf(asked, "year");
      const dated = ["--standard", valueOf(asked, "standard"), ...(year ? ["--year", year] : [])];
      asked.close();
      let said = "";
      makeNew(`正在新建：“${name}”……`, name, async (folder) => {
        if (from === "blank") { return ["new", asWord(name), ...dated]; }
        const sources = await putAll(folder, filesOf(asked));
        const more = [...dated, ...answersOf(asked)];
        if (from === "import") { return ["import", ...sources, "-w", asWord(name), "--yes", ...more]; }
        return ["new", asWord(name), ...sources.flatMap((one) => ["--ledger", one]), ...more];
      }, (text) => { said = text; }).catch(() => said);
    } });
  }

  /* ---------------------------------------------------------------- files come in */

  function take(files) {
    for (const file of files) {
      const card = new Card(file.name, null);
      inTurn(`正在校验：“${card.name}”……`, async (folder) => {
        try {
          card.data = await bytesOf(file);
        } catch (error) {
          card.fail(`${error.message}。`);
          return `${error.message}。`;
        }
        card.look("waiting", "正在校验……", []);
        return check(card, folder);
      }, (why) => card.fail(why));
    }
  }

  function begin() {
    engine = new Engine(workerFromPage);
    tell("正在准备，约需几秒；可以先选文件。", true);
    engine.ready.then(() => { if (!waiting) { tell("准备好了，请放入文件。", false); } }, unready);
    const files = find("files");
    files.addEventListener("change", () => { take([...files.files]); files.value = ""; });
    const drop = find("drop");
    for (const name of ["dragenter", "dragover"]) {
      document.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
    }
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) { drop.classList.remove("over"); } });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      take([...event.dataTransfer.files]);
    });
    find("new").addEventListener("click", askNew);
    find("stop").addEventListener("click", () => { stopped = true; engine.restart().catch(unready); });
    window.xlbudget = { engine };
  }

  if (window.xlbudgetAble) { document.addEventListener("DOMContentLoaded", begin); }
}());
