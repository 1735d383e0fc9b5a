"use strict";
// Two things only: a mark can be switched off, and what a link leads to opens and takes the focus.
const arrive = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  document.querySelectorAll(".here").forEach((one) => one.classList.remove("here"));
  target.classList.add("here");
  if (target.hasAttribute("tabindex")) target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "center" });
};
const begin = () => {
  document.querySelectorAll(".legend input").forEach((box) =>
    box.addEventListener("change", () =>
      document.getElementById(`${box.dataset.report}-text`).classList.toggle(`no-${box.dataset.state}`, !box.checked)));
  arrive();
};
addEventListener("hashchange", arrive);
addEventListener("DOMContentLoaded", begin);
addEventListener("beforeprint", () => document.querySelectorAll("details:not(.numbers)").forEach((one) => (one.open = true)));
