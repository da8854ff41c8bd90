import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite` alone (screens under development) finds the API. */
const api = process.env.PUBLIC_URL ?? 'http://localhost:3000';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The largest part is the component library, cached apart from our own code.
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { '/api': { target: api, changeOrigin: true } } },
});
