import { useEffect } from "react";

/** Says which canvas the page has, so that toasts stand where no control is (app.css). */
export function useCanvas(canvas: "editor" | "describe"): void {
  useEffect(() => {
    const { dataset } = document.documentElement;
    dataset.canvas = canvas;
    return () => {
      delete dataset.canvas;
    };
  }, [canvas]);
}
