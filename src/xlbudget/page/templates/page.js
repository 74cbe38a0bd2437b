/* The page: what the user sees and does. It knows the command line by its words and the engine by its messages. */
"use strict";

(function () {
  const LARGEST = 200 * 2 ** 20; // as the command line reads from standard input
  const MOST_HEAP = 256 * 2 ** 20; // bytes; what one file took beyond it is given back by beginning anew
  const LONGEST = 200; // bytes of a name; the file system has 255, and results are called NAME－校验结果.html
  const AGAIN = "再校验";
  const RESULT = "结果";
  const NOT_HERE = /，原文件备份为“[^”]*”|请再运行 xlbudget validate 校验。/g; // the user's file stays, and is judged anew
  const LOG_PLACE = /(?<=已记入) \/\S+xlbudget\.log/; // where the worker has it, and nobody else
  const REPORT = "报告.html"; // in its job; it is offered as NAME－校验结果.html
  const BOOK = "book"; // kinds of downloads
  const SET = "set";
  const LIST = "list";
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
    find("stop").textContent = waiting > 1 ? "停止这一件" : "停止";
  }

  /* One job after the other, each in a folder of its own that goes with it; none for a card that was taken away.
     Where a job fails, ``failed`` is told why. */
  function inTurn(text, card, work, failed) {
    waiting += 1;
    queue = queue.then(async () => {
      const folder = `${jobs += 1}`;
      const more = () => (waiting > 1 ? `（后面还有 ${waiting - 1} 件）` : "");
      let ending = "";
      if (!card || cards.has(card)) {
        tell(text + more(), true);
        try {
          await engine.ready;
          tell(text + more(), true);
          ending = await work(folder);
          await engine.drop(folder);
          if (engine.heap && await engine.heap() > MOST_HEAP) { engine.restart().catch(unready); }
        } catch (error) {
          ending = stopped
            ? "已停止，原文件没有改动。"
            : `没有做完（${error.message}），原文件没有改动；本页已重新准备，请再试一次，或分几次处理。`;
          failed(ending);
          if (!stopped) { engine.restart().catch(unready); }
          stopped = false;
        }
      }
      waiting -= 1;
      tell(ending || "准备好了。", waiting > 0);
    });
  }

  function unready(error) {
    if (error.message === Engine.RESTARTED) { return; } // what is begun anew tells itself how it went
    tell(`本页的程序没有准备好（${error.message}）；请关闭别的程序和网页后重新打开，或换一个浏览器。`, false);
  }

  /* Exit status, output and errors of a command. It names its options; behind its errors stands what these are called here. */
  async function run(folder, words) {
    const { status, out, err } = await engine.call(folder, words);
    await offerLog(err);
    return { status, out, err: [err.trim().replace(LOG_PLACE, "“下载”里的 xlbudget.log"), called(`${out} ${err}`)].filter(Boolean).join("\n") };
  }

  function called(text) {
    const asked = new Set(text.match(/--[a-z-]+/g));
    const names = new Set();
    for (const field of document.querySelectorAll("[data-option]")) {
      const own = [...field.labels[0].childNodes].find((one) => one.nodeType === Node.TEXT_NODE && one.data.trim());
      if (asked.has(field.dataset.option)) { names.add(`${field.dataset.option} 就是“${own.data.trim()}”`); }
    }
    return names.size ? `在本页里，${[...names].join("，")}。` : "";
  }

  /* ---------------------------------------------------------------- names and bytes */

  function plainName(name) {
    const plain = name.replace(/[/\0]/g, "_").trim();
    if (plain === "" || plain === "." || plain === "..") { return "_"; }
    const ending = plain.match(/\.[^.]{1,9}$|$/)[0];
    const letters = [...plain.slice(0, plain.length - ending.length)];
    while (bytesIn(letters.join("") + ending) > LONGEST) { letters.pop(); }
    return letters.join("") + ending;
  }
  const bytesIn = (text) => new TextEncoder().encode(text).length;
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

  const equal = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

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
  function offer(name, data, what, owner, kind = "") {
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
    line.dataset.kind = kind;
    line.dataset.owner = owner ? owner.number : "";
    if (kind === BOOK || kind === SET) { line.dataset.unsaved = ""; }
    const link = line.querySelector("a");
    link.textContent = name;
    link.download = name;
    link.href = URL.createObjectURL(new Blob([data]));
    link.addEventListener("click", () => { delete line.dataset.unsaved; });
    line.querySelector(".what").textContent = what;
    line.querySelector(".size").textContent = sizeText(data.length);
    find("downloads").prepend(line);
    find("no-downloads").hidden = true;
  }

  /* What was made of a workbook before it was changed is no longer of it. */
  function outdate(card) {
    for (const { dataset, children } of find("downloads").children) {
      if (dataset.owner === String(card.number) && (dataset.kind === SET || dataset.kind === LIST)) {
        children[1].textContent = "打包以后工作簿又改过，请重新打包";
      }
    }
  }

  async function offerLog(said) {
    if (!said.includes("程序内部出错") || !engine.log) { return; }
    const text = await engine.log();
    if (text) { offer("xlbudget.log", new TextEncoder().encode(text), "程序出错的记录，请发给开发者"); }
  }

  /* ---------------------------------------------------------------- cards: a file with its verdict */

  class Card {
    constructor(name, data, file = null) {
      this.number = jobs += 1;
      this.name = plainName(name);
      this.data = data;
      this.file = file; // where it has not been read yet
      this.last = null; // last year's file, with which it is compared
      this.actions = [];
      const same = [...cards].filter((one) => one.name === this.name).length;
      this.title = same ? `${this.name}（第${same + 1}份）` : this.name;
      this.report = null;
      this.done = [];
      this.line = copyOf("card");
      this.part(".name").textContent = this.title;
      this.part(".actions").setAttribute("aria-label", this.title);
      find("cards").append(this.line);
      find("no-cards").hidden = true;
      cards.add(this);
      this.look("waiting", "等待校验", []);
      this.offerActions([]);
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
      this.note("没有做完", sentence);
      if (this.line.classList.contains("waiting")) {
        this.look("unknown", "没有校验", []);
        this.report = null; // it would be that of an earlier state
        if (shown === this) { show(null); }
        this.actions = [[AGAIN, () => judge(this)], ...this.actions.filter(([title]) => title !== AGAIN)];
      }
      this.offerActions(this.actions);
    }

    remove() {
      cards.delete(this);
      this.line.remove();
      find("no-cards").hidden = cards.size > 0;
      if (shown === this) { show(null); }
    }

    /* Names and deeds; nothing stands here that cannot be done with this file. */
    offerActions(actions) {
      this.actions = actions;
      const buttons = [];
      if (this.report) {
        const look = button("看报告", () => {
          show(this);
          find("shown-title").focus(); // and so it is seen, however many cards stand between
        });
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
    find("shown-name").textContent = card ? card.title : "";
    find("report").srcdoc = card ? card.report : "";
    for (const one of cards) {
      const look = one.part("[data-look]");
      if (look) { look.setAttribute("aria-pressed", String(one === card)); }
    }
  }

  /* ---------------------------------------------------------------- validate */

  function judge(card) {
    inTurn(`正在校验：“${card.title}”……`, card, async (folder) => {
      try {
        card.data = card.data || await bytesOf(card.file);
      } catch (error) {
        card.fail(`${error.message}。`);
        return `${error.message}。`;
      }
      card.file = null;
      return check(card, folder);
    }, (why) => card.fail(why));
  }

  async function check(card, folder) {
    card.look("waiting", "正在校验……", []);
    await engine.put(`${folder}/${card.name}`, card.data);
    const compared = [];
    if (card.last) {
      await engine.put(`${folder}/上年/${card.last.name}`, card.last.data);
      compared.push("--last-year", `上年/${card.last.name}`);
    }
    const words = ["validate", asWord(card.name), "--format", "html", "-o", REPORT];
    const { status, err } = await run(folder, [...words, ...compared]);
    const names = await engine.list(folder);
    if (!names.includes(REPORT)) {
      card.report = null;
      card.look("unknown", "? 无法判断", err.split("\n"));
      card.offerActions([]);
      return `“${card.title}”没有校验：${err}`;
    }
    const data = await engine.get(`${folder}/${REPORT}`);
    card.report = new TextDecoder().decode(data);
    const page = new DOMParser().parseFromString(card.report, "text/html");
    const summary = page.querySelector(".summary");
    const verdict = summary.querySelector(".status").textContent.trim();
    const sentences = [...summary.querySelectorAll("p")].map((one) => one.textContent.trim());
    const state = ["pass", "rounding", "error"].find((one) => summary.classList.contains(one));
    card.look(state || "unknown", verdict, [...new Set([...err.split("\n"), ...sentences])].filter(Boolean));
    const usable = status !== 2 || await standardOf(card, folder, compared) !== "";
    if (usable) {
      offer(`${stemOf(card.name)}－校验结果.html`, data, `“${card.title}”的校验报告（网页）`, card);
    } else { card.report = null; }
    card.offerActions(usable ? actionsOf(card) : []);
    if (usable && (!shown || shown === card)) { show(card); } else if (shown === card) { show(null); }
    return usable ? `“${card.title}”校验完毕：${verdict}` : `“${card.title}”没有校验：${err}`;
  }

  /* By which standard it was judged; "" where by none. What cannot be judged may be a budget that is not filled in yet. */
  async function standardOf(card, folder, compared = []) {
    const words = ["validate", asWord(card.name), "--format", "json"];
    const { out } = await engine.call(folder, [...words, ...compared]);
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
      ["与上年核对…", () => askLast(card)],
    ];
  }

  /* ---------------------------------------------------------------- what is done with a workbook */

  /* A command that writes the workbook anew; the card goes on with the new one. */
  function change(card, title, words) {
    inTurn(`正在${title}：“${card.title}”……`, card, async (folder) => {
      await engine.put(`${folder}/${card.name}`, card.data);
      await engine.put(`${folder}/${RESULT}/`, new Uint8Array());
      const target = `${RESULT}/${card.name}`;
      const [command, ...more] = words;
      const done = await run(folder, [command, asWord(card.name), ...more, "-o", target]);
      return changed(card, title, folder, target, done);
    }, (why) => card.fail(why));
  }

  async function changed(card, title, folder, target, { status, out, err }) {
    const said = `${out}\n${err}`.replaceAll(`${RESULT}/`, "").replace(NOT_HERE, "");
    card.note(title, said);
    const names = await engine.list(`${folder}/${RESULT}`);
    if (status === 2 || !names.includes(card.name)) { return `${title}没有做：${err || out.trim()}`; }
    const made = await engine.get(`${folder}/${target}`);
    if (equal(made, card.data)) { return `${title}完毕，“${card.title}”的内容没有变，不用下载。`; }
    card.data = made;
    card.done.push(title);
    outdate(card);
    offer(card.name, card.data, `工作簿，已${[...new Set(card.done)].join("、")}`, card, BOOK);
    await engine.drop(folder);
    const verdict = await check(card, folder);
    return `${title}完毕，在“下载”里。${verdict}`;
  }

  function asWorkbook(card) {
    const name = `${stemOf(card.name)}.xlsm`;
    makeNew(`正在做成工作簿：“${card.title}”……`, card, name, async (folder) => {
      await engine.put(`${folder}/${card.name}`, card.data);
      const standard = await standardOf(card, folder);
      const by = standard ? ["--standard", standard] : [];
      return ["import", asWord(card.name), "--yes", "-w", asWord(name), ...by];
    }, (text) => card.note("没有做成工作簿", text));
  }

  /* A command that makes a new workbook, which then gets a card of its own; ``failed`` is told why there is none. */
  function makeNew(text, from, name, words, failed) {
    inTurn(text, from, async (folder) => {
      const { out, err } = await run(folder, await words(folder));
      if (!(await engine.list(folder)).includes(name)) {
        failed(`${out}\n${err}`);
        return err || out.trim();
      }
      const data = await engine.get(`${folder}/${name}`);
      const card = new Card(name, data);
      offer(name, data, "新的工作簿", card, BOOK);
      card.note("新建", `${out}\n${err}`);
      await engine.drop(folder);
      const verdict = await check(card, folder);
      return `“${name}”在“下载”里。${verdict}`;
    }, failed);
  }

  function pack(card, flags, to) {
    const set = `${stemOf(card.name)}－公开套件`;
    inTurn(`正在打包：“${card.title}”……`, card, async (folder) => {
      await engine.put(`${folder}/${card.name}`, card.data);
      const words = ["package", asWord(card.name), "-o", asWord(set), "--no-pdf", ...flags];
      for (const one of to) { words.push("--to", one); }
      const { status, out, err } = await run(folder, words);
      card.note(status ? "没有打包" : "打包", `${out}\n${err}`);
      for (const name of await engine.list(folder)) {
        const data = name === card.name ? null : await engine.get(`${folder}/${name.replace(/\/$/, "")}`);
        if (name === `${set}/`) {
          offer(`${set}.zip`, data, "公开套件：数值副本、公开文本、校验结果、邮件草稿", card, SET);
        } else if (data) { offer(name, data, "清样单：还缺什么", card, LIST); }
      }
      return status ? `没有打包：${err}` : `已打包，“${set}.zip”在“下载”里。`;
    }, (why) => card.fail(why));
  }

  /* ---------------------------------------------------------------- dialogs */

  /* What was chosen for one workbook is not chosen for the next. A deed reads the fields at once, for they may be
     others when its turn comes, and gives a sentence where something is missing. */
  function opened(name, card, deeds) {
    const asked = find(name);
    if (asked.owner !== card) { begun(asked); }
    asked.owner = card;
    const of = asked.querySelector(".of");
    if (of) { of.textContent = card.title; }
    const missing = asked.querySelector(".missing");
    missing.textContent = "";
    for (const [sign, deed] of Object.entries(deeds)) {
      asked.querySelector(`[data-${sign}]`).onclick = () => {
        missing.textContent = deed(asked) || "";
        if (sign === "agree" && !missing.textContent) { asked.close(); }
      };
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

  /* Every field as the page has it at its beginning. */
  function begun(asked) {
    for (const field of asked.querySelectorAll("input, textarea, select")) {
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = field.defaultChecked;
      } else if (field.tagName === "SELECT") {
        field.selectedIndex = [...field.options].findIndex((one) => one.defaultSelected);
      } else { field.value = field.defaultValue; }
    }
  }

  const valueOf = (asked, name) => asked.querySelector(`[name="${name}"]`).value.trim();
  const chosen = (asked) => [...asked.querySelectorAll("input[type=checkbox]:checked")].map((one) => one.value);
  const picked = (asked, name) => asked.querySelector(`[name="${name}"]:checked`).value;
  const NO_NAME = "请写名称。";
  const NO_SOURCE = "请先选文件，或粘贴内容。";
  function sourcesOf(asked) {
    const pasted = asked.querySelector("[name=pasted]").value;
    const files = [...asked.querySelector("[name=sources]").files];
    return pasted.trim() ? [...files, new File([pasted], "粘贴.txt")] : files;
  }
  function answersOf(asked) {
    const lines = valueOf(asked, "answers").split("\n").map((one) => one.trim()).filter(Boolean);
    return lines.flatMap((one) => ["--answer", one]);
  }
  function bookNameOf(asked) {
    const name = plainName(valueOf(asked, "name"));
    return /\.[a-z]{2,5}$/i.test(name) ? name : `${name}.xlsm`;
  }

  function askPackage(card) {
    opened("ask-package", card, { agree(asked) {
      pack(card, chosen(asked), valueOf(asked, "to").split(/[\s,，;；]+/).filter(Boolean));
    } });
  }

  function askImport(card) {
    const target = `${RESULT}/${card.name}`;
    const imported = (asked, how) => {
      const files = sourcesOf(asked);
      const more = [...how, ...chosen(asked), ...answersOf(asked)];
      return async (folder) => {
        await engine.put(`${folder}/${target}`, card.data);
        return run(folder, ["import", ...await putAll(folder, files), "-w", target, ...more]);
      };
    };
    const asked = opened("ask-import", card, {
      preview(box) {
        if (!sourcesOf(box).length) { return NO_SOURCE; }
        const look = imported(box, ["--preview"]);
        const tellIn = (text) => {
          if (box.owner !== card) { return; }
          const lines = box.querySelector(".preview");
          lines.textContent = text.trim().replaceAll(`${RESULT}/`, "");
          lines.hidden = false;
        };
        inTurn("正在预览导入……", card, async (folder) => {
          const { out, err } = await look(folder);
          tellIn(`${out}\n${err}`);
          return "预览完毕，没有写入。";
        }, tellIn);
        return "";
      },
      agree(box) {
        if (!sourcesOf(box).length) { return NO_SOURCE; }
        const write = imported(box, ["--yes"]);
        inTurn(`正在导入：“${card.title}”……`, card, async (folder) => (
          changed(card, "导入", folder, target, await write(folder))
        ), (why) => card.fail(why));
        return "";
      },
    });
    asked.querySelector(".preview").hidden = true;
  }

  function askLedger(card) {
    opened("ask-ledger", card, { agree(asked) {
      const source = picked(asked, "source");
      change(card, `改为${source}`, ["fill", "--source", source]);
    } });
  }

  function askLast(card) {
    opened("ask-last", card, { agree(asked) {
      const [file] = asked.querySelector("[name=last]").files;
      if (!file) { return "请先选上年的工作簿。"; }
      inTurn(`正在与上年核对：“${card.title}”……`, card, async (folder) => {
        card.last = { name: plainName(file.name), data: await bytesOf(file) };
        const verdict = await check(card, folder);
        if (card.report) { return verdict; }
        card.last = null;
        card.note("没有与上年核对", verdict);
        await engine.drop(folder);
        await check(card, folder);
        return verdict;
      }, (why) => card.fail(why));
      return "";
    } });
  }

  function askRollover(card) {
    const next = card.name.replace(/(20\d\d)(?=\D|$)/, (year) => String(Number(year) + 1));
    const asked = opened("ask-rollover", card, { agree(box) {
      if (!valueOf(box, "name")) { return NO_NAME; }
      const name = bookNameOf(box);
      makeNew(`正在结转：“${card.title}”……`, card, name, async (folder) => {
        await engine.put(`${folder}/${card.name}`, card.data);
        return ["rollover", asWord(card.name), asWord(name)];
      }, (text) => card.note("没有结转", text));
      return "";
    } });
    const suggested = next === card.name ? card.name.replace(/(?=\.[^.]*$)/, "－下年") : next;
    asked.querySelector("[name=name]").value = suggested;
  }

  function askNew() {
    opened("ask-new", null, { agree(asked) {
      if (!valueOf(asked, "name")) { return NO_NAME; }
      const name = bookNameOf(asked);
      const from = picked(asked, "from");
      const year = valueOf(asked, "year");
      const files = from === "blank" ? [] : sourcesOf(asked);
      if (year && !/^\d{4}$/.test(year)) { return "年度请写四位数字，如 2025。"; }
      if (from !== "blank" && !files.length) { return NO_SOURCE; }
      const more = ["--standard", valueOf(asked, "standard"), ...(year ? ["--year", year] : [])];
      if (from !== "blank") { more.push(...answersOf(asked)); }
      makeNew(`正在新建：“${name}”……`, null, name, async (folder) => {
        const sources = await putAll(folder, files);
        if (from === "import") { return ["import", ...sources, "-w", asWord(name), "--yes", ...more]; }
        return ["new", asWord(name), ...sources.flatMap((one) => ["--ledger", one]), ...more];
      }, (text) => {
        const card = new Card(name, null);
        card.look("unknown", "没有新建", text.trim().split("\n"));
        card.offerActions([["再新建…", () => { card.remove(); askNew(); }]]);
      });
      return "";
    } });
  }

  /* ---------------------------------------------------------------- files come in */

  function take(files) {
    for (const file of files) { judge(new Card(file.name, null, file)); }
  }

  /* Where something is asked, what is dropped is meant for that. */
  function dropped(transfer) {
    const open = document.querySelector("dialog[open]");
    const input = open && open.querySelector("input[type=file]");
    if (input) { input.files = transfer.files; } else if (!open) { take([...transfer.files]); }
  }

  function begin() {
    engine = new Engine(workerFromPage);
    tell("正在准备，约需几秒；可以先选文件。", true);
    engine.ready.then(() => { if (!waiting) { tell("准备好了，请放入文件。", false); } }, unready);
    find("close-report").addEventListener("click", () => {
      const look = shown.part("[data-look]");
      show(null);
      look.focus();
    });
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
      dropped(event.dataTransfer);
    });
    window.addEventListener("beforeunload", (event) => {
      if (document.querySelector("#downloads [data-unsaved]")) {
        event.preventDefault();
        event.returnValue = ""; // older browsers ask for this
      }
    });
    find("new").addEventListener("click", askNew);
    find("stop").addEventListener("click", () => { stopped = true; engine.restart().catch(unready); });
    window.xlbudget = { engine };
  }

  if (window.xlbudgetAble) { document.addEventListener("DOMContentLoaded", begin); }
}());
