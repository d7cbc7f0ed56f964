/** One bar: its value as a number, and as it is written beside it.
 * @typedef {{ name: string, value: number, label: string }} Bar */
/** A panel of groups of bars, on one linear scale from 0.
 * @typedef {{ title: string, max: number, groups: readonly { title: string, bars: readonly Bar[] }[] }} Panel */

const colours = ['#0b6e4f', '#5fb49c', '#c2410c', '#5b4bb7', '#9a7fd1', '#2f6f9f'];
const width = 860;
const left = 190;
const scale = 480;
const barHeight = 13;
const groupGap = 12;
const font = 'font-family:system-ui,sans-serif';

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const text = (x, y, content, style) => `<text x="${x}" y="${y}" style="${font};${style}">${escaped(content)}</text>`;

/** An SVG of bar charts, one below the other, with a key. It brings its own light ground, so that it reads the same on
 * white and on dark.
 * @param {readonly string[]} names The key, in the order of the bars.
 * @param {readonly Panel[]} panels
 * @returns {string} */
export function chart(names, panels) {
  const parts = [];
  let y = 34;
  let x = 20;
  for (const [index, name] of names.entries()) {
    parts.push(`<rect x="${x}" y="${y - 11}" width="12" height="12" style="fill:${colours[index]}"/>`);
    parts.push(text(x + 18, y, name, 'font-size:13px;fill:#1f2933'));
    x += 34 + name.length * 6.5;
  }
  for (const { title, max, groups } of panels) {
    y += 40;
    parts.push(text(20, y, title, 'font-size:15px;font-weight:600;fill:#1f2933'));
    y += 14;
    for (const { title: group, bars } of groups) {
      const middle = y + (bars.length * barHeight) / 2 + 4;
      parts.push(text(20, middle, group, 'font-size:13px;fill:#1f2933'));
      for (const [index, { name, value, label }] of bars.entries()) {
        // A hairline marks 0.
        const length = Math.max(1, Math.round((value / max) * scale));
        const colour = colours[names.indexOf(name)];
        const top = y + index * barHeight;
        parts.push(`<rect x="${left}" y="${top}" width="${length}" height="${barHeight - 2}" style="fill:${colour}"/>`);
        parts.push(text(left + length + 6, top + 10, label, 'font-size:11px;fill:#1f2933'));
      }
      y += bars.length * barHeight + groupGap;
    }
  }
  const height = y + 12;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Events lost and main-thread time of each library">
<rect width="${width}" height="${height}" rx="8" style="fill:#fbfcfd;stroke:#cbd2d9"/>
${parts.join('\n')}
</svg>
`;
}
