"use strict";
// 大屏 — asks for the figures of one fair every quarter of a minute, and says so when they are old.

const REFRESH_MS = 15000;
const PATIENCE_MS = 10000;
const KEPT = "youbing.board";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const at = (id) => document.getElementById(id);
const show = (id, text) => { at(id).textContent = text; };
const number = (value) => value.toLocaleString("zh-CN");
const format = (options) => {
  const written = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", ...options });
  return (instant) => written.format(new Date(instant));
};
const day = format({ month: "long", day: "numeric", weekday: "short" });
const clock = format({ hour: "2-digit", minute: "2-digit", hour12: false });

let opened = null;
let timer = 0;
let lastShown = "";

/** Ask for JSON; a refusal throws an Error with its status, a dead network one without. */
async function ask(path, headers = {}) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(path, { headers, cache: "no-cache", credentials: "omit", signal: patience });
  const body = await response.json();
  if (!response.ok) {
    throw Object.assign(new Error(body.detail || ""), { status: response.status });
  }
  return body;
}

function kept() {
  try {
    const value = JSON.parse(sessionStorage.getItem(KEPT));
    return value && UUID.test(value.fair) && value.code ? value : null;
  } catch {
    return null;
  }
}

/** Show the form; the list of fairs is public, and a fair may be named behind # in the address. */
async function openDoor(fault = "") {
  opened = null;
  clearTimeout(timer);
  sessionStorage.removeItem(KEPT);
  at("board").hidden = true;
  at("door").hidden = false;
  show("fault", fault);
  const wished = location.hash.slice(1);
  try {
    const fairs = (await ask("/v1/fairs?limit=100")).items;
    const options = fairs.map((fair) => new Option(`${fair.title}（${day(fair.starts_at)}，${fair.place}）`, fair.id));
    if (UUID.test(wished) && !fairs.some((fair) => fair.id === wished)) {
      options.unshift(new Option("网址中指定的招聘会", wished));
    }
    at("fair").replaceChildren(...options);
    if (UUID.test(wished)) {
      at("fair").value = wished;
    }
    if (!options.length) {
      show("fault", "还没有发布的招聘会，请先发布");
    }
  } catch {
    show("fault", "连不上服务器，正在重试");
    timer = setTimeout(openDoor, REFRESH_MS);
  }
  at("code").focus();
}

function openBoard(value) {
  opened = value;
  at("door").hidden = true;
  at("board").hidden = false;
  say("正在读取数字");
  refresh();
}

function say(text, isBroken = false) {
  show("state", text);
  at("state").classList.toggle("broken", isBroken);
}

async function refresh() {
  const asked = opened;
  try {
    const figures = await ask(`/v1/fairs/${asked.fair}/board`, { Authorization: `Bearer ${asked.code}` });
    if (opened !== asked) return;
    sessionStorage.setItem(KEPT, JSON.stringify(asked));
    draw(figures);
  } catch (fault) {
    if (opened !== asked) return;
    if ([401, 403, 404].includes(fault.status)) {
      openDoor(fault.status === 404 ? "这个大屏码不是这场招聘会的，请重新选择" : fault.message);
      return;
    }
    say(lastShown ? `连接中断，显示的是 ${lastShown} 的数字` : "连不上服务器，正在重试", true);
  }
  timer = setTimeout(refresh, REFRESH_MS);
}

function draw(figures) {
  document.title = figures.title;
  show("title", figures.title);
  show("phase", figures.phase_label);
  at("phase").classList.toggle("off", figures.phase === "cancelled");
  const begins = day(figures.starts_at);
  const ends = day(figures.ends_at);
  show("time", `${begins} ${clock(figures.starts_at)}–${begins === ends ? "" : `${ends} `}${clock(figures.ends_at)}`);
  show("place", figures.place);
  for (const id of ["openings", "employers", "checked_in", "intents"]) {
    const text = number(figures[id]);
    show(id, text);
    at(id).classList.toggle("long", text.length > 5);
  }
  show("registered", `已报名 ${number(figures.registered)} 人`);
  show("withdrawn", figures.intents_withdrawn ? `另有 ${number(figures.intents_withdrawn)} 份已撤回` : "以签署为准");
  lastShown = clock(figures.as_of);
  say(`更新于 ${lastShown}`);
}

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  openBoard({ fair: at("fair").value, code: at("code").value.trim() });
  at("code").value = "";
});

const value = kept();
if (value) {
  openBoard(value);
} else {
  openDoor();
}
