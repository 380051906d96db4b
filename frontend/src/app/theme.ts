import {
  type CSSVariablesResolver,
  createTheme,
  defaultCssVariablesResolver,
  type MantineColorsTuple,
} from "@mantine/core";

const iris: MantineColorsTuple = [
  "#eff0ff",
  "#dfe2fd",
  "#bdc3f8",
  "#99a2f3",
  "#7b86ee",
  "#6873eb",
  "#5b66e4",
  "#4a54cc",
  "#404ab6",
  "#333b96",
];

/** Greys of the dark scheme, cool enough for pictures to stand out. */
const dark: MantineColorsTuple = [
  "#d5d9e1",
  "#b8bfcb",
  "#979fae",
  "#6b7382",
  "#3b414d",
  "#2c313b",
  "#22262e",
  "#17191f",
  "#111318",
  "#0b0d10",
];

export const theme = createTheme({
  primaryColor: "iris",
  primaryShade: { light: 7, dark: 6 },
  colors: { iris, dark },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  headings: {
    fontWeight: "620",
    sizes: {
      h1: { fontSize: "1.375rem", lineHeight: "1.3" },
      h2: { fontSize: "0.9375rem", lineHeight: "1.45" },
      h3: { fontSize: "0.875rem", lineHeight: "1.45" },
    },
  },
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  defaultRadius: "md",
  autoContrast: true,
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "sm" } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: "md" } },
    EmptyState: { defaultProps: { size: "sm" } },
    Switch: { defaultProps: { withThumbIndicator: false } },
    Badge: { defaultProps: { variant: "light", size: "sm", tt: "none", fw: 550 } },
    Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: 12 } },
    Card: { defaultProps: { withBorder: true, padding: "md", radius: "lg" } },
    Paper: { defaultProps: { radius: "lg" } },
    NumberInput: {
      defaultProps: { inputWrapperOrder: ["label", "input", "description", "error"] },
    },
    Modal: {
      defaultProps: {
        ...{ centered: true, radius: "lg", overlayProps: { backgroundOpacity: 0.45 } },
        closeButtonProps: { "aria-label": "Close" },
      },
    },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
    Notification: {
      defaultProps: { withBorder: true, closeButtonProps: { "aria-label": "Close" } },
    },
    ScrollArea: { defaultProps: { offsetScrollbars: "present" } },
    Menu: { defaultProps: { shadow: "md", radius: "md" } },
  },
});

/** Tints of badges, alerts and quiet buttons: a breath of the colour, on any surface. */
function tints(share: number): Record<string, string> {
  const names = ["iris", "teal", "orange", "red", "gray", "grape"];
  return Object.fromEntries(
    names.map((name) => [
      `--mantine-color-${name}-light`,
      `color-mix(in srgb, var(--mantine-color-${name}-6) ${share}%, transparent)`,
    ]),
  );
}

/** White on it keeps that contrast, too. */
const GREEN = {
  "--mantine-color-teal-filled": "var(--mantine-color-teal-9)",
  "--mantine-color-teal-filled-hover": "color-mix(in srgb, var(--mantine-color-teal-9), #000 12%)",
};

/** Quiet text keeps a contrast of 4.5 to 1 on every surface of both schemes. */
export const resolver: CSSVariablesResolver = (current) => {
  const base = defaultCssVariablesResolver(current);
  return {
    variables: base.variables,
    light: {
      ...base.light,
      ...tints(12),
      "--mantine-primary-color-light": "var(--mantine-color-iris-light)",
      ...GREEN,
      "--mantine-color-teal-light-color": "#05664a",
      "--mantine-color-orange-light-color": "#a33b05",
      "--mantine-color-orange-text": "#a33b05",
      "--mantine-color-red-text": "var(--mantine-color-red-9)",
      "--mantine-color-text": "#1b1e25",
      "--mantine-color-dimmed": "#5d6470",
      "--mantine-color-placeholder": "#6a717d",
      "--mantine-color-default-border": "#dfe2e7",
      "--mantine-color-error": "var(--mantine-color-red-8)",
      "--anneal-ground": "#fbfbfc",
      "--anneal-card": "#ffffff",
      "--anneal-stage": "#e9ebef",
      "--anneal-surface": "#f4f5f7",
      "--anneal-line": "#e6e8ec",
      "--anneal-active": "#eceef1",
      "--anneal-tint": "#f5f6ff",
      "--anneal-tint-line": "#d9ddfb",
    },
    dark: {
      ...base.dark,
      ...tints(24),
      "--mantine-primary-color-light": "var(--mantine-color-iris-light)",
      ...GREEN,
      "--mantine-color-teal-light-color": "var(--mantine-color-teal-3)",
      "--mantine-color-orange-light-color": "var(--mantine-color-orange-3)",
      "--mantine-color-dimmed": "#979fae",
      "--mantine-color-placeholder": "#8b93a2",
      "--mantine-color-default-border": "#343a45",
      "--mantine-color-error": "var(--mantine-color-red-4)",
      "--anneal-ground": "#131519",
      "--anneal-card": "#1a1d23",
      "--anneal-stage": "#0b0d10",
      "--anneal-surface": "#101216",
      "--anneal-line": "#2a2f38",
      "--anneal-active": "#2a2e37",
      "--anneal-tint": "#1d2036",
      "--anneal-tint-line": "#343a6b",
    },
  };
};
