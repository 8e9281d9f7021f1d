"use strict";
// 聊天的一行 — draws what a person or an account said; what is done about it stands in phone.js.

const EVENTS = {
  CLICK: (body) => `点了菜单「${buttonNames[body.EventKey] || body.EventKey}」`,
  subscribe: (body) => (body.EventKey ? `扫码关注了服务号（${body.EventKey.replace("qrscene_", "")}）` : "关注了服务号"),
  unsubscribe: () => "取消了关注",
  SCAN: (body) => `扫了码（${body.EventKey}）`,
  user_enter_tempsession: () => "打开了客服窗口",
};

function made(tag, { text = "", className = "", ...rest } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), { className, ...rest });
  if (text) element.textContent = text;
  element.append(...children);
  return element;
}

const pressed = (text, press, className = "") => made("button", { type: "button", text, className, onclick: press });

/** The text of a message; what WeChat makes a link becomes a large button. */
function bubble(text) {
  const box = made("div", { className: "bubble" });
  const pattern = /<a\s+([^>]*)>(.*?)<\/a>|(https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+)/gis;
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    box.append(text.slice(end, found.index));
    box.append(found[3] ? link(found[3], found[3]) : anchor(found[1], found[2]));
    end = found.index + found[0].length;
  }
  box.append(text.slice(end));
  return box;
}

function anchor(attributes, words) {
  const value = (name) => (attributes.match(new RegExp(`${name}\\s*=\\s*["']([^"']*)["']`, "i")) || [])[1] || "";
  const href = value("href").replaceAll("&amp;", "&");
  const page = value("data-miniprogram-path");
  if (page) return pressed(words, () => note(`会打开小程序页面：${page}`), "go");
  if (href.startsWith("weixin://bizmsgmenu")) {
    const query = new URLSearchParams(href.split("?")[1]);
    return pressed(words, () => deed({ kind: "choice", words: query.get("msgmenucontent") || words, id: query.get("msgmenuid") || "" }), "go");
  }
  return /^https?:/.test(href) ? link(href, words) : document.createTextNode(words);
}

const link = (href, words) => made("a", { href, text: words, target: "_blank", rel: "noopener noreferrer" });
const openPage = (title, page) => pressed(`打开小程序：${title || page}`, () => note(`会打开小程序页面：${page}`), "go");

/** A picture takes its room when it has come. */
const picture = (src, alt) => made("img", { src, alt, onload: () => isAtEnd && toEnd() });

function fromPerson(kind, body) {
  if (EVENTS[kind]) return made("p", { className: "system", text: EVENTS[kind](body) });
  if (kind === "image") return made("div", { className: "bubble" }, picture("/sandbox/phone/picture", "示例图片"));
  if (kind === "location") return made("div", { className: "bubble", text: `📍 ${body.Label || "位置"}` });
  if (kind === "voice") return made("div", { className: "bubble", text: `🔊 ${body.Recognition || "语音"}` });
  return made("div", { className: "bubble", text: body.Content || `[${kind}]` });
}

const FROM_ACCOUNT = {
  text: (body) => bubble(body.text.content),
  image: (body) => made("div", { className: "bubble" }, picture(`/sandbox/phone/media?account=${account}&id=${encodeURIComponent(body.image.media_id || "")}`, "图片")),
  link: (body) => made("div", { className: "bubble", text: `${body.link.title}\n${body.link.description || ""}` }, link(body.link.url, "打开链接")),
  miniprogrampage: (body) => made("div", { className: "bubble" }, openPage(body.miniprogrampage.title, body.miniprogrampage.pagepath)),
  news: (body) => made("div", { className: "bubble" }, ...body.news.articles.flatMap((one) => [`${one.title}\n${one.description || ""}`, link(one.url, "打开链接")])),
  msgmenu: ({ msgmenu }) => made("div", { className: "bubble" }, msgmenu.head_content || "",
    ...msgmenu.list.map((one) => pressed(one.content, () => deed({ kind: "choice", words: one.content, id: String(one.id) }), "go")), msgmenu.tail_content || ""),
};

function reminder(body) {
  const values = Object.values(body.data).map((one) => made("dd", { text: one.value }));
  const card = made("div", { className: "card" }, made("h2", { text: "订阅消息" }), made("dl", {}, ...values));
  if (body.page) card.append(openPage("查看详情", body.page));
  return card;
}

function fromAccount(kind, body) {
  if (kind === "subscribe") return reminder(body);
  const draw = FROM_ACCOUNT[body.msgtype];
  return draw ? draw(body) : made("div", { className: "bubble", text: `[${body.msgtype}]` });
}

function drawn({ side, kind, body, at: time }) {
  if (side === "system") {
    const words = body.text.content;
    return made("p", { className: words.startsWith("服务没有正常回应") ? "system bad" : "system", text: words });
  }
  const content = side === "person" ? fromPerson(kind, body) : fromAccount(kind, body);
  if (content.classList.contains("system")) return content;
  return made("div", { className: `line ${side}` }, content, made("time", { text: time }));
}
