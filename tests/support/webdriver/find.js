// Finds elements as a person with a screen reader does: by role and accessible name, and only what is there for them.
// It runs in the page as the body of a function: arguments[0] is where to look (null: everywhere), arguments[1] says for
// what: {role, name}, {label}, {text} or {outline: true}. It follows the HTML-AAM and accname rules for what this program
// uses of HTML, not for all of it.

const [root, query] = arguments;

const roles = {
  A: (e) => (e.hasAttribute("href") ? "link" : null),
  ARTICLE: "article", ASIDE: "complementary", BUTTON: "button", DATALIST: "listbox", DETAILS: "group",
  DIALOG: "dialog", FIELDSET: "group", FORM: "form", H1: "heading", H2: "heading", H3: "heading",
  H4: "heading", H5: "heading", H6: "heading", HR: "separator", LI: "listitem", MAIN: "main", MENU: "list",
  METER: "meter", NAV: "navigation", OL: "list", OPTION: "option", OUTPUT: "status", PROGRESS: "progressbar",
  SEARCH: "search", SECTION: "region", SUMMARY: "button", TABLE: "table", TBODY: "rowgroup", THEAD: "rowgroup",
  TEXTAREA: "textbox", TR: "row", UL: "list",
  IMG: (e) => (e.getAttribute("alt") === "" ? null : "img"),
  SELECT: (e) => (e.multiple || e.size > 1 ? "listbox" : "combobox"),
  TD: (e) => (e.closest("table,[role]")?.getAttribute("role")?.endsWith("grid") ? "gridcell" : "cell"),
  TH: (e) => (e.scope === "row" ? "rowheader" : "columnheader"),
  INPUT: (e) =>
    ({
      button: "button", checkbox: "checkbox", hidden: null, image: "button", number: "spinbutton", radio: "radio",
      range: "slider", reset: "button", search: "searchbox", submit: "button",
    })[e.type] ?? (e.type === "hidden" ? null : e.list ? "combobox" : "textbox"),
};

function roleOf(e) {
  const explicit = e.getAttribute("role")?.trim().split(/\s+/)[0];
  if (explicit) return explicit === "presentation" || explicit === "none" ? null : explicit;
  const implicit = roles[e.tagName.toUpperCase()];
  return (typeof implicit === "function" ? implicit(e) : implicit) ?? null;
}

const named = new Set(
  ("button cell checkbox columnheader gridcell heading link menuitem menuitemcheckbox menuitemradio option radio row " +
    "rowheader switch tab tooltip treeitem").split(" "),
);
const controls = new Set(
  "checkbox combobox listbox radio radiogroup searchbox slider spinbutton switch textbox".split(" "),
);

const squeeze = (text) => (text ?? "").replace(/\s+/g, " ").trim();

function textOf(node, skip) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE || node === skip) return "";
  if (node.getAttribute("aria-hidden") === "true" || !node.checkVisibility({ visibilityProperty: true })) return "";
  if (node.hasAttribute("aria-label")) return node.getAttribute("aria-label");
  if (node.tagName === "IMG") return node.alt;
  if (node.tagName.toLowerCase() === "svg") return node.querySelector("title")?.textContent ?? "";
  const inner = [...node.childNodes].map((child) => textOf(child, skip)).join("");
  return getComputedStyle(node).display.startsWith("inline") ? inner : ` ${inner} `;
}

function nameOf(e, role) {
  const ids = e.getAttribute("aria-labelledby")?.trim().split(/\s+/) ?? [];
  const referred = ids.map((id) => document.getElementById(id)).filter(Boolean);
  // What is referred to counts even where it is hidden.
  const byReference = squeeze(referred.map((r) => squeeze(textOf(r)) || r.textContent).join(" "));
  if (byReference) return byReference;
  const label = squeeze(e.getAttribute("aria-label"));
  if (label) return label;
  if (e.labels?.length) return squeeze([...e.labels].map((l) => textOf(l, e)).join(" "));
  const part = { FIELDSET: "legend", TABLE: "caption" }[e.tagName];
  const own = part && [...e.children].find((child) => child.tagName.toLowerCase() === part);
  if (own) return squeeze(textOf(own));
  if (e.tagName === "IMG") return squeeze(e.alt);
  if (e.tagName === "INPUT" && ["button", "reset", "submit"].includes(e.type)) return squeeze(e.value);
  const content = named.has(role) ? squeeze(textOf(e)) : "";
  return content || squeeze(e.getAttribute("title")) || squeeze(e.getAttribute("placeholder"));
}

function isThere(e) {
  if (e.closest("[aria-hidden=true],[inert]") || !e.checkVisibility({ visibilityProperty: true })) return false;
  // Behind a modal dialog nothing can be reached, except what floats above it.
  return !document.querySelector("dialog:modal") || e.closest("dialog:modal,:popover-open") !== null;
}

const scope = root ?? document.body;
const all = scope ? [...scope.querySelectorAll("*")].filter(isThere) : [];

if (query.outline) {
  return all
    .map((e) => [roleOf(e), e])
    .filter(([role]) => role && (named.has(role) || controls.has(role) || role.includes("dialog")))
    .map(([role, e]) => `${role} ${JSON.stringify(nameOf(e, role))}${e.disabled ? " (disabled)" : ""}`)
    .join("\n");
}
if (query.text !== undefined) {
  // The innermost elements that say it.
  const saying = all.filter((e) => squeeze(textOf(e)).includes(query.text));
  return saying.filter((e) => !saying.some((other) => other !== e && e.contains(other)));
}
if (query.label !== undefined) {
  return all.filter((e) => {
    const role = roleOf(e);
    return (controls.has(role) || e.tagName === "INPUT") && nameOf(e, role) === query.label;
  });
}
return all.filter((e) => {
  const role = roleOf(e);
  return role === query.role && (query.name === null || nameOf(e, role) === query.name);
});
