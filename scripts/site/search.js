"use strict";
// The search: all words must occur, as beginnings of words; a hit in a title counts most. The entries are loaded when they are wanted.
const up = document.currentScript.dataset.up;
const MOST = 20;
const AROUND = 90;

const load = () => load.once ??= new Promise((done, fail) => {
  const script = document.createElement("script");
  script.src = `${up}search/entries.js`;
  script.onload = () => done(window.entries.map(([page, section, to, text]) => ({
    page, section, to, text, title: (section || page).toLowerCase(), under: section ? page.toLowerCase() : "", words: text.toLowerCase(),
  })));
  script.onerror = fail;
  document.head.append(script);
});

const begins = (text, word) => {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1])) return at;
  return -1;
};

const score = (entry, words) => {
  const titles = entry.title.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  let sum = entry.section ? 0 : 2;
  for (const word of words) {
    if (titles.includes(word)) sum += 6 + 6 / titles.length;
    else if (begins(entry.title, word) >= 0) sum += 4;
    else if (begins(entry.under, word) >= 0) sum += 2;
    else if (begins(entry.words, word) >= 0) sum += 1;
    else return 0;
  }
  return sum;
};

const excerpt = ({ text, words: lower }, words) => {
  const at = Math.max(0, ...words.map((word) => begins(lower, word)));
  const first = at < AROUND ? 0 : text.lastIndexOf(" ", at - AROUND / 2) + 1;
  const last = text.length <= first + 2 * AROUND ? text.length : text.lastIndexOf(" ", first + 2 * AROUND);
  return `${first ? "… " : ""}${text.slice(first, Math.max(last, first + AROUND))}${last < text.length ? " …" : ""}`;
};

const row = (entry, words) => {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = up + entry.to;
  link.textContent = entry.section ? `${entry.page} › ${entry.section}` : entry.page;
  const said = document.createElement("p");
  said.textContent = excerpt(entry, words);
  item.append(link, said);
  return item;
};

const begin = () => {
  const [box, input, count, list] = [document.querySelector("search"), ...["wanted", "count", "found"].map((id) => document.getElementById(id))];
  box.hidden = false;
  const show = async () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const entries = words.length ? await load() : [];
    if (input.value.toLowerCase().split(/\s+/).filter(Boolean).join(" ") !== words.join(" ")) return;
    const found = entries.map((entry) => [score(entry, words), entry]).filter(([points]) => points).sort(([a], [b]) => b - a);
    list.replaceChildren(...found.slice(0, MOST).map(([, entry]) => row(entry, words)));
    count.textContent = !words.length ? "" : found.length > MOST ? `${MOST} of ${found.length} found` : `${found.length} found`;
    box.classList.toggle("open", words.length > 0);
  };
  input.addEventListener("focus", load, { once: true });
  input.addEventListener("input", show);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && input.value) { input.value = ""; show(); input.focus(); }
    if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); input.focus(); }
  });
  document.addEventListener("click", (event) => { if (!box.contains(event.target)) box.classList.remove("open"); });
  input.addEventListener("focus", () => box.classList.toggle("open", list.children.length > 0));
};
addEventListener("DOMContentLoaded", begin);
