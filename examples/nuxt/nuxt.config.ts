const { ALGOLIA_APP_ID: appId, ALGOLIA_SEARCH_KEY: apiKey, INSIGHTS_HOST: host } = process.env;

export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  modules: [['usertoken/nuxt', { appId, apiKey, host: host || undefined, known: './server/known.ts' }]],
  css: ['../shared/shop.css'],
  app: {
    head: {
      title: 'Kettle & Leaf',
      htmlAttrs: { lang: 'en' },
      link: [{ rel: 'icon', href: 'data:,' }],
    },
  },
  routeRules: {
    '/about': { prerender: true },
    '/offers': { swr: 60 },
    '/app': { ssr: false },
  },
  telemetry: false,
});
