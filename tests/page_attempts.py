"""What a page could try in order to send something to PORT of this machine; ``tried`` is what was refused at once."""

from __future__ import annotations

ATTEMPTS = """
const address = 'http://127.0.0.1:PORT/';
const tried = [];
const attempt = async (name, work) => { try { await work(); } catch { tried.push(name); } };
await attempt('fetch', () => fetch(address + 'fetch'));
await attempt('no-cors', () => fetch(address + 'no-cors', { mode: 'no-cors', method: 'POST', body: 'x' }));
await attempt('xhr', () => new Promise((yes, no) => {
  const one = new XMLHttpRequest(); one.onload = yes; one.onerror = no; one.open('GET', address + 'xhr'); one.send(); }));
await attempt('socket', () => new Promise((yes, no) => {
  const one = new WebSocket(address.replace('http', 'ws')); one.onopen = yes; one.onerror = no; }));
"""
IN_A_PAGE = (
    ATTEMPTS
    + """
const before = new Set([...document.body.children, ...document.head.children]);
navigator.sendBeacon(address + 'beacon', 'x');
for (const [tag, name] of [['img', 'src'], ['iframe', 'src'], ['script', 'src'], ['audio', 'src'], ['object', 'data']]) {
  const one = document.createElement(tag); one[name] = address + tag; document.body.append(one); }
const link = document.createElement('link'); link.rel = 'stylesheet'; link.href = address + 'link'; document.head.append(link);
const early = document.createElement('link'); early.rel = 'prefetch'; early.href = address + 'prefetch'; document.head.append(early);
const form = document.createElement('form'); form.action = address + 'form'; form.method = 'post'; document.body.append(form);
try { form.submit(); } catch { tried.push('form'); }
const style = document.createElement('style'); style.textContent = `body { background: url(${address}style) }`; document.head.append(style);
await new Promise((done) => setTimeout(done, 300));
for (const one of [...document.body.children, ...document.head.children]) { if (!before.has(one)) { one.remove(); } }
return tried;
"""
)
