/* Before anything is unpacked: can this browser run the engine? Written so that very old browsers can read it. */
(function () {
  "use strict";
  /* A module that throws and catches: (module (func try catch_all end)). */
  var small = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 10, 1, 8, 0, 6, 64, 1, 25, 1, 11, 11];
  var able = false;
  try {
    new WebAssembly.Module(new Uint8Array(small)); /* also refused where the policy's words are not known */
    able = typeof DecompressionStream === "function" && typeof BigInt64Array === "function" &&
      typeof structuredClone === "function" && typeof HTMLDialogElement === "function";
  } catch (error) {
    able = false;
  }
  window.xlbudgetAble = able;
  if (!able) {
    document.getElementById("old").hidden = false;
    document.getElementById("desk").hidden = true;
  }
}());
