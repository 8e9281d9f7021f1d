"use strict";
// 手机 — shows one conversation of the sandbox's fake WeChat and does what a person does in it. No text is taken for HTML.

const LOOK_MS = 900;
const KEPT = "youbing.phone";
const HINTS = ["优待证怎么办", "驿站在哪里", "我的包裹到哪了", "有哪些招聘会", "转人工"];
const PLACE = { latitude: 32.781, longitude: 119.462, label: "高邮城区（示例位置）" };
const DEEDS = {
  service: [
    ["发位置", () => deed({ kind: "location", ...PLACE })],
    ["发图片", () => deed({ kind: "image" })],
    ["说一句话（语音）", () => ask("语音里说的话", (words) => deed({ kind: "voice", words }))],
    ["扫一扫", () => ask("码里的内容（场景值）", (scene) => deed({ kind: "scan", scene }))],
    ["取消关注", () => deed({ kind: "unfollow" })],
    ["结束人工客服", () => deed({ kind: "end_human" })],
  ],
  mini: [
    ["打开客服窗口", () => deed({ kind: "enter" })],
    ["发图片", () => deed({ kind: "image" })],
    ["订阅提醒", () => subscribe("accept")],
    ["拒绝提醒", () => subscribe("reject")],
    ["扫小程序码", () => ask("码里的内容（scene）", openScene)],
    ["结束人工客服", () => deed({ kind: "end_human" })],
  ],
};

const at = (id) => document.getElementById(id);
let account = "service";
let person = "demo-veteran";
let lastNumber = 0;
let buttonNames = {};
let round = 0;
let tokens = {};
let isAtEnd = true;

/** Ask the page's own server for JSON; a refusal throws with words for a person. */
async function fetched(path, { method = "GET", body, token } = {}) {
  const headers = { ...(body && { "Content-Type": "application/json" }), ...(token && { Authorization: `Bearer ${token}` }) };
  let response;
  try {
    response = await fetch(path, { method, headers, body: body && JSON.stringify(body), cache: "no-store", credentials: "omit" });
  } catch {
    throw new Error("连不上服务，请看看它是不是还在运行");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw Object.assign(new Error(answer.message || answer.detail || `服务答复 HTTP ${response.status}`), { status: response.status });
  }
  return answer;
}

function tell(fault) {
  at("fault").textContent = fault;
  at("fault").hidden = !fault;
}

/** Do something as this person; the answer to it is seen in the chat. */
async function deed(asked) {
  const mine = { account, person };
  fold();
  const pushed = fetched("/sandbox/phone/deeds", { method: "POST", body: { ...mine, ...asked } });
  setTimeout(look, 150);
  try {
    await pushed;
  } catch (fault) {
    tell(fault.message);
  }
  look();
}

function fold() {
  at("panel").hidden = at("submenu").hidden = at("asking").hidden = true;
  at("more").setAttribute("aria-expanded", "false");
  tell("");
}

function ask(label, then) {
  at("asking-label").textContent = label;
  at("asking-words").value = "";
  at("asking").hidden = false;
  at("asking-words").focus();
  at("asking").onsubmit = (event) => {
    event.preventDefault();
    const words = at("asking-words").value.trim();
    if (!words) return;
    at("asking").hidden = true;
    then(words);
  };
}

/** Log the person in as the mini-program does. */
async function token() {
  tokens[person] ||= (await fetched("/v1/sessions", { method: "POST", body: { code: person } })).token;
  return tokens[person];
}

/** What the mini-program does on a tap: ask which reminders there are, show the pop-up, tell both sides what was chosen. */
async function subscribe(result) {
  fold();
  try {
    const found = await fetched("/v1/subscriptions", { token: await token() });
    const usable = found.items.filter((item) => item.template_id).slice(0, 5);
    if (!usable.length) {
      throw new Error("现在没有可以订阅的提醒：工作人员还没有填微信模板编号，消息先在小程序的消息里看");
    }
    await deed({ kind: result, templates: usable.map((item) => item.template_id) });
    const results = usable.map((item) => ({ template: item.key, result }));
    await fetched("/v1/subscriptions", { method: "POST", body: { results }, token: await token() });
    const names = usable.map((item) => item.title).join("、");
    note(result === "accept" ? `同意了提醒：${names}。每同意一次，以后能收到一条` : `没有同意提醒：${names}`);
  } catch (fault) {
    tell(fault.status === 404 ? "这个服务还没有订阅提醒" : fault.message);
  }
}

/** A mini-program's code opens the mini-program; WeChat pushes nothing. */
async function openScene(scene) {
  fold();
  try {
    const found = await fetched(`/v1/scenes/${encodeURIComponent(scene)}`);
    note(`小程序打开了：${found.title || found.subject || scene}`);
  } catch (fault) {
    note(`小程序打开了起始页，但这个码没有用：${fault.message}`);
  }
}

function note(words) {
  at("lines").append(made("p", { className: "system", text: words }));
  toEnd();
}

function showMenu(menu, isFollowing) {
  const key = JSON.stringify(menu);
  at("menu").hidden = !menu.length || !isFollowing;
  if (at("menu").dataset.shown === key) return;
  at("menu").dataset.shown = key;
  buttonNames = {};
  const all = menu.flatMap((one) => (one.sub_button?.length ? one.sub_button : [one]));
  for (const one of all) if (one.key) buttonNames[one.key] = one.name;
  at("menu").replaceChildren(...menu.map((one) => pressed(one.name, () => (one.sub_button?.length ? showSubmenu(one.sub_button) : chosen(one)))));
}

function showSubmenu(buttons) {
  at("panel").hidden = true;
  at("submenu").hidden = false;
  at("submenu").replaceChildren(...buttons.map((one) => pressed(one.name, () => chosen(one))),
    pressed("收起", () => { at("submenu").hidden = true; }, "quiet"));
}

function chosen(button) {
  at("submenu").hidden = true;
  if (button.type === "click") return deed({ kind: "click", key: button.key });
  return note(`会打开：${button.pagepath || button.url || button.name}`);
}

function showState(chat) {
  const left = chat.answers_left;
  const waiting = left ? `按微信的规定，对方还可以回复 ${left} 条` : "对方现在不能主动发消息，等您先说话";
  at("state").className = chat.is_typing ? "typing" : "";
  at("state").textContent = chat.is_typing ? "对方正在输入…" : chat.is_with_human ? "人工客服（示例）接待中" : waiting;
  at("follow").hidden = chat.is_following;
  at("say").hidden = at("hints").hidden = !chat.is_following;
  showMenu(chat.menu, chat.is_following);
}

function toEnd() {
  isAtEnd = true;
  at("lines").scrollTop = at("lines").scrollHeight;
}

/** Look for new lines; an answer for a conversation that was left meanwhile is dropped. */
async function look() {
  const mine = round;
  try {
    const query = new URLSearchParams({ account, person, after: lastNumber });
    const chat = await fetched(`/sandbox/phone/chat?${query}`);
    if (mine !== round) return;
    const fresh = chat.lines.filter((line) => line.number > lastNumber);
    at("lines").append(...fresh.map(drawn));
    if (fresh.length) lastNumber = fresh.at(-1).number;
    if (fresh.length && (isAtEnd || fresh.some((line) => line.side === "person"))) toEnd();
    showState(chat);
    if (at("fault").dataset.lost) {
      delete at("fault").dataset.lost;
      tell("");
    }
  } catch (fault) {
    if (mine !== round) return;
    at("fault").dataset.lost = "1";
    tell(fault.message);
  }
}

function turnTo(nextAccount, nextPerson) {
  [account, person] = [nextAccount, nextPerson];
  sessionStorage.setItem(KEPT, JSON.stringify({ account, person }));
  round += 1;
  lastNumber = 0;
  at("lines").replaceChildren();
  fold();
  for (const button of at("accounts").children) button.setAttribute("aria-pressed", String(button.dataset.account === account));
  at("deeds").replaceChildren(...DEEDS[account].map(([name, press]) => pressed(name, press)));
  look();
}

function say() {
  const words = at("words").value.trim();
  if (!words) return;
  at("words").value = "";
  deed({ kind: "text", words });
}

async function begin() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "{}");
  const known = await fetched("/sandbox/phone/people");
  at("accounts").append(...known.accounts.map((one) => {
    const name = one.account === "mini" ? "小程序客服" : one.name;
    const button = pressed(name, () => turnTo(one.account, person));
    button.dataset.account = one.account;
    return button;
  }).reverse());
  at("person").append(...known.people.map((one) => made("option", { value: one.person, text: one.name })));
  at("lines").onscroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = at("lines");
    isAtEnd = scrollHeight - scrollTop - clientHeight < 80;
  };
  at("person").onchange = () => turnTo(account, at("person").value);
  at("hints").append(...HINTS.map((words) => pressed(words, () => deed({ kind: "text", words }))));
  at("say").onsubmit = (event) => { event.preventDefault(); say(); };
  at("words").onkeydown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); say(); }
  };
  at("more").onclick = () => {
    at("panel").hidden = !at("panel").hidden;
    at("asking").hidden = at("submenu").hidden = true;
    at("more").setAttribute("aria-expanded", String(!at("panel").hidden));
  };
  at("asking-off").onclick = () => { at("asking").hidden = true; };
  at("follow").onclick = () => deed({ kind: "follow" });
  at("person").value = known.people.some((one) => one.person === kept.person) ? kept.person : person;
  turnTo(kept.account || account, at("person").value);
  setInterval(() => { if (!document.hidden) look(); }, LOOK_MS);
}

begin().catch((fault) => tell(fault.message));
