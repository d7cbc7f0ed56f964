// Drawings of the goods, 160 by 120. Classes: `m` the body, `s` its shaded side, `l` what is light, `o` an outline.
export const drawings = {
  teapot: `
    <path class="o" d="M111 54c22-8 31 30 3 36" />
    <path class="s" d="M52 66 30 46c-4-4-11-3-12 2l30 40z" />
    <path class="m" d="M44 68c0-20 16-30 36-30s36 10 36 30c0 22-14 34-36 34S44 90 44 68z" />
    <path class="s" d="M92 40c14 4 24 13 24 28 0 22-14 34-36 34-4 0-7 0-10-1 26-6 38-32 22-61z" />
    <path class="l" d="M56 66c1-10 8-16 17-18" />
    <path class="s" d="M58 39c4-8 12-11 22-11s18 3 22 11z" />
    <circle class="m" cx="80" cy="23" r="6" />
    <path class="s" d="M62 102h36v4H62z" />`,
  kettle: `
    <path class="o" d="M52 46c0-36 56-36 56 0" />
    <path class="s" d="m112 62 24-16 6 8-26 26z" />
    <path class="m" d="M50 46h60l12 48c1 6-3 10-9 10H47c-6 0-10-4-9-10z" />
    <path class="s" d="M94 46h16l12 48c1 6-3 10-9 10H90c9-14 10-38 4-58z" />
    <path class="l" d="m58 58-7 32" />
    <path class="s" d="M56 40h48v6H56z" />
    <circle class="m" cx="80" cy="34" r="6" />`,
  teacup: `
    <path class="o" d="M110 56c20-4 22 24-4 26" />
    <path class="steam" d="M66 34c-5-6 5-10 0-17M82 34c-5-6 5-10 0-17" />
    <path class="m" d="M44 46h70c0 28-8 46-35 46S44 74 44 46z" />
    <path class="s" d="M98 46h16c0 28-8 46-35 46 17-10 21-28 19-46z" />
    <path class="l" d="M54 56c1 10 4 18 9 23" />
    <path class="tea" d="M44 46h70c-2 5-16 8-35 8s-33-3-35-8z" />
    <path class="s" d="M34 96h90c-6 8-16 10-45 10s-39-2-45-10z" />`,
  caddy: `
    <path class="m" d="M50 42h60v56c0 4-3 7-7 7H57c-4 0-7-3-7-7z" />
    <path class="s" d="M94 42h16v56c0 4-3 7-7 7H94z" />
    <path class="s" d="M46 24h68c2 0 4 2 4 4v14H42V28c0-2 2-4 4-4z" />
    <path class="paper" d="M60 56h40v32H60z" />
    <path class="leaf" d="M80 82c-12-4-12-16 0-22 12 6 12 18 0 22zm0-16v20" />
    <path class="l" d="M52 31h30" />`,
  strainer: `
    <path class="o" d="M104 50h44" />
    <path class="m" d="M34 46h76c0 30-16 48-38 48S34 76 34 46z" />
    <path class="s" d="M92 46h18c0 30-16 48-38 48 18-10 24-30 20-48z" />
    <path class="holes" d="M50 60h.1M62 60h.1M74 60h.1M86 60h.1M98 60h.1M56 71h.1M68 71h.1M80 71h.1M92 71h.1M64 82h.1M76 82h.1" />
    <path class="s" d="M28 40h88v7H28z" />
    <circle class="m" cx="148" cy="50" r="5" />`,
  timer: `
    <path class="s" d="M46 18h68v9H46zM46 96h68v9H46z" />
    <path class="o thin" d="M54 27v69M106 27v69" />
    <path class="glass" d="M62 27h36c0 18-6 26-14 34 8 8 14 17 14 35H62c0-18 6-27 14-35-8-8-14-16-14-34z" />
    <path class="m" d="M66 40h28c-2 8-7 14-12 19v10c7 6 12 14 14 27H64c2-13 7-21 14-27V59c-5-5-10-11-12-19z" />
    <path class="l" d="M69 32v6" />`,
};
