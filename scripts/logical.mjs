// Makes a compiled style sheet turn round with the direction of each element: "left" and "right" become "start" and "end".
// govuk-frontend has no logical properties; the pages hold two languages at once, so one sheet for each direction would not do.
import { readFileSync, writeFileSync } from "node:fs";

const [, , from, to] = process.argv;
const side = { left: "start", right: "end" };
const property = [
  [/^(margin|padding)-(left|right)$/, (_, box, way) => `${box}-inline-${side[way]}`],
  [/^border-(left|right)(-color|-style|-width)?$/, (_, way, part = "") => `border-inline-${side[way]}${part}`],
  [/^border-(top|bottom)-(left|right)-radius$/, (_, end, way) => `border-${end === "top" ? "start" : "end"}-${side[way]}-radius`],
  [/^(left|right)$/, (_, way) => `inset-inline-${side[way]}`],
];

function declaration(text) {
  const at = text.indexOf(":");
  if (at < 0) return text;
  const name = text.slice(0, at).trim();
  const value = text.slice(at + 1);
  if (/^(text-align|float|clear)$/.test(name)) {
    const ends = name === "text-align" ? side : { left: "inline-start", right: "inline-end" };
    return `${name}:${value.replace(/\b(left|right)\b/, (way) => ends[way])}`;
  }
  const four = /^(margin|padding)$/.test(name) && value.match(/^\s*(\S+) (\S+) (\S+) (\S+)( *!important)?\s*$/);
  if (four && !value.includes("(") && four[2] !== four[4]) {
    const [, top, end, bottom, start, important = ""] = four;
    return `${name}-block:${top} ${bottom}${important};${name}-inline:${start} ${end}${important}`;
  }
  for (const [pattern, made] of property) {
    if (pattern.test(name)) return `${name.replace(pattern, made)}:${value}`;
  }
  return text;
}

const sheet = readFileSync(from, "utf8");
// A block without a block in it: its declarations. Addresses in it would hold semicolons, and there are none.
writeFileSync(to, sheet.replace(/\{([^{}]*)\}/g, (_, inside) => `{${inside.split(";").map(declaration).join(";")}}`));
