import { type CSSProperties, type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { display, TEXT_SCALES } from "@/components/display";
import { useSignal } from "@/components/useSignal";
import classes from "./AnnotatePage.module.css";

interface Props<T extends { id: string }> {
  items: readonly T[];
  rowHeight_px: number; // of text of the normal size
  label: string;
  /** This item is scrolled into view when it changes. */
  focused: number;
  /** 0 where no row has a control: else the keyboard could not scroll it. */
  tabIndex?: 0;
  children: (item: T, index: number) => ReactNode;
}

/** For the styles of what a list is in. */
export function rowsIn(count: number): CSSProperties {
  return { "--rows": count } as CSSProperties;
}

const SPARE_ROWS = 6; // above and below, so that scrolling never shows a gap

/** A list that renders only the rows in view: 500 cost what 20 do. */
export function VirtualList<T extends { id: string }>({
  items,
  rowHeight_px: plainHeight_px,
  label,
  focused,
  tabIndex,
  children,
}: Props<T>) {
  const rowHeight_px = plainHeight_px * TEXT_SCALES[useSignal(display).textSize];
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => {
      setView({ top: element.scrollTop, height: element.clientHeight });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || focused < 0) return;
    const top = focused * rowHeight_px;
    if (top < element.scrollTop) element.scrollTop = top;
    const bottom = top + rowHeight_px - element.clientHeight;
    if (bottom > element.scrollTop) element.scrollTop = bottom;
  }, [focused, rowHeight_px]);

  const first = Math.max(0, Math.floor(view.top / rowHeight_px) - SPARE_ROWS);
  const last = Math.ceil((view.top + view.height) / rowHeight_px) + SPARE_ROWS;
  return (
    <div ref={box} className={classes.list} tabIndex={tabIndex}>
      <ul
        aria-label={label}
        style={{
          height: items.length * rowHeight_px,
          margin: 0,
          padding: 0,
          position: "relative",
          listStyle: "none",
        }}
      >
        {items.slice(first, last).map((item, index) => (
          <li
            key={item.id}
            style={{
              position: "absolute",
              insetInline: 0,
              // Not `top`: a row that only moves is then neither laid out nor painted again.
              transform: `translateY(${(first + index) * rowHeight_px}px)`,
              height: rowHeight_px,
            }}
          >
            {children(item, first + index)}
          </li>
        ))}
      </ul>
    </div>
  );
}
