type Attributes = Readonly<Record<string, string | number | boolean | ((event: Event) => void)>>;

function filled<Made extends Element>(made: Made, attributes: Attributes, children: readonly (Node | string)[]): Made {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

/** An element with attributes, listeners and children. */
export const element = <Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] => filled(document.createElement(name), attributes, children);

/** As {@link element}, for SVG. */
export const drawing = (name: string, attributes: Attributes = {}, ...children: readonly (Node | string)[]) =>
  filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);

/** Writes a text if it is another than before. */
export function write(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
