import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The core is built by CMake (preset wasm); its glue names core_web.wasm beside itself, which becomes a hashed asset.
const core = new URL('../build/wasm/bin/', import.meta.url).pathname;

export default defineConfig({
  plugins: [svelte()],
  resolve: { alias: { '@core/': core } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: '../build/web',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // A file for each screen is a hundred bytes that pack badly, twenty times.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    // What the first page needs anyway, in one file with the runtime.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'base', test: /src.(core.(codes|spool)|parts.heading)\./ }] } } },
  },
});
