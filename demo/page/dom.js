/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; a child that is no node becomes text. */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** As {@link element}, for SVG. */
export function drawing(name, attributes = {}, ...children) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

/** Writes a text if it is another than before: a live region says only what changed. */
export function write(id, text) {
  const target = byId(id);
  if (target.textContent !== text) target.textContent = text;
}
