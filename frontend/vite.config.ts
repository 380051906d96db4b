import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const backend = process.env.ANNEAL_URL ?? "http://127.0.0.1:8000";

/** Forwards to the running back end as if the page came from it, so that Django's origin check holds. */
const forward = { target: backend, changeOrigin: true, headers: { Origin: backend } };

export default defineConfig(({ command }) => ({
  // Django serves dist/index.html on every page path and the rest of dist under /static/.
  base: command === "build" ? "/static/" : "/",
  plugins: [react()],
  resolve: { alias: { "@": new URL("src", import.meta.url).pathname } },
  // onnxruntime-web finds its .wasm by import.meta.url: pre-bundling would move it away.
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  worker: { format: "es" },
  build: {
    ...{ target: "es2022", chunkSizeWarningLimit: 1000 },
    rollupOptions: {
      input: ["index.html", "src/offline/service-worker.ts"],
      output: {
        // A browser knows its service worker by its address; all else is known by its content.
        entryFileNames: ({ name }) =>
          name === "service-worker" ? "[name].js" : "assets/[name]-[hash].js",
      },
    },
  },
  server: {
    port: 5173,
    fs: { allow: [".", "../engine/speech", "../engine/media"] }, // its word lists and limits
    proxy: { "/api": forward, "/events": forward },
    headers: {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    },
  },
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    // A process for each file takes three times as long as the tests, which leave nothing behind.
    ...{ pool: "threads", isolate: false },
    // Property tests take a second alone, and many times that where other work has the processors.
    testTimeout: 60_000,
  },
}));
