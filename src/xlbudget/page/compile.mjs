// Compile the Python files of a folder by the Python that will run them: node compile.mjs ENGINE PROGRAM FOLDER
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [engine, program, folder] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(engine, "pyodide.mjs")));
const python = await loadPyodide({ env: { PYTHONDONTWRITEBYTECODE: "1", PYTHONNODEBUGRANGES: "1", PYTHONHASHSEED: "0", HOME: "/home" } });
python.mountNodeFS("/stage", folder);
python.mountNodeFS("/site", join(folder, "site")); // where the page has it
try {
  python.runPython(readFileSync(program, "utf8"));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
