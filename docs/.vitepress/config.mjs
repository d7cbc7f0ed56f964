import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderMermaidSVG } from 'beautiful-mermaid';
import { defineConfig } from 'vitepress';
import { drawDiagram } from './diagram.mjs';
import { linkOnSite, projectFiles, sidebar } from './site-map.mjs';

const docs = fileURLToPath(new URL('..', import.meta.url));
const library = fileURLToPath(new URL('../../src/index.ts', import.meta.url));

/** The diagrams of the pages, drawn: Markdown is rendered without waiting, a layout takes a while. */
async function drawDiagrams() {
  const pages = readdirSync(docs).filter((name) => name.endsWith('.md'));
  const texts = pages.flatMap((name) => [
    ...readFileSync(docs + name, 'utf8').matchAll(/^```mermaid\n([\s\S]*?)^```$/gm),
  ]);
  return new Map(await Promise.all(texts.map(async ([, text]) => [text, await draw(text)])));
}

/** State diagrams as scripts/generate-states.mjs writes them are drawn here, with what they say on arrows and in notes;
 * other kinds by a library, without its style, which asks for a font from elsewhere. */
async function draw(text) {
  if (text.startsWith('stateDiagram')) return drawDiagram(text);
  const svg = renderMermaidSVG(text, { transparent: true })
    .replace(/<style>[\s\S]*?<\/style>/, '')
    // Its colours are for one theme.
    .replace(/ style="--bg:[^"]*"/, '');
  // The lines of the actors would cross what the blocks say.
  const block = /<g class="block"[\s\S]*?<\/g>\s*/g;
  return svg.replace(block, '').replace('</svg>', () => `${(svg.match(block) ?? []).join('')}</svg>`);
}

const diagrams = await drawDiagrams();

/** The file of the repository that a page is made of. */
function fileOf({ relativePath }) {
  const project = /^project\/(.*)\.md$/.exec(relativePath)?.[1];
  return projectFiles[project] ?? `docs/${relativePath}`;
}

function linksOnSite(md) {
  md.core.ruler.push('links on the site', ({ tokens, env }) => {
    for (const { children } of tokens.filter(({ type }) => type === 'inline')) {
      for (const token of children.filter(({ type }) => type === 'link_open')) {
        const href = token.attrGet('href');
        if (/^(\w+:|#|\/)/.test(href)) continue;
        const found = linkOnSite(fileOf(env), href);
        if (found) token.attrSet('href', found);
      }
    }
  });
}

/** The file that a block is: of a reader's application, of an example, or as it is named alone. */
function fileIn(flag = '') {
  const [, file] = /^(?:from=examples\/[^/]+\/|file=)?([^#]+\.\w+)(?:#.*)?$/.exec(flag) ?? [];
  return file;
}

function fences(md) {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index];
    const [language, file] = token.info.trim().split(/\s+/);
    if (language === 'mermaid') {
      return `<div class="diagram" role="group" aria-label="Diagram" tabindex="0">${diagrams.get(token.content)}</div>`;
    }
    const label = fileIn(file);
    // GitHub's tables of languages have no place for a file that only an own runner understands.
    if (language === 'text' && /\.ts$/.test(file ?? '')) token.info = 'ts';
    const html = fence(tokens, index, ...rest);
    return label ? html.replace(/(<span class="lang">)[^<]*/, (_, start) => start + md.utils.escapeHtml(label)) : html;
  };
}

/** Wide tables scroll by themselves, by keyboard too. A column without a title has no header that would be read out. */
function tables(md) {
  md.core.ruler.push('columns without a title', ({ tokens }) => {
    tokens.forEach((token, index) => {
      if (token.type !== 'th_open' || tokens[index + 1].content !== '') return;
      token.tag = 'td';
      tokens[index + 2].tag = 'td';
    });
  });
  md.renderer.rules.table_open = () => '<div class="table" role="group" aria-label="Table" tabindex="0"><table>\n';
  md.renderer.rules.table_close = () => '</table></div>\n';
}

export default defineConfig({
  title: 'usertoken',
  description: 'Picks the right Algolia user token for each visitor, and delivers every event under it.',
  lang: 'en',
  // Asked for by browsers on every site; this one has none.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  // test/docs/site.test.ts looks at all links, and at their anchors.
  ignoreDeadLinks: true,
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/getting-started' },
      { text: 'API', link: '/api/usertoken' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          searchOptions: {
            // A pasted message finds the page that has all of its words; the guide comes before the API.
            combineWith: 'AND',
            boostDocument: (id) => (id.includes('/api/') ? 0.3 : 1),
          },
        },
      },
    },
  },
  // Not in the page's frontmatter, which Biome takes for Markdown.
  transformPageData(page) {
    if (page.relativePath === 'index.md') page.frontmatter.layout = 'landing';
  },
  // The demo on the home page runs the library's source.
  vite: { resolve: { alias: { usertoken: library } } },
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config(md) {
      linksOnSite(md);
      fences(md);
      tables(md);
    },
  },
});
