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
      h2: { fontSize: "1.0625rem", lineHeight: "1.4" },
      h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
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
    Badge: { defaultProps: { variant: "light", size: "sm", tt: "none", fw: 550 } },
    Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: 12 } },
    Card: { defaultProps: { withBorder: true, padding: "md", radius: "lg" } },
    Paper: { defaultProps: { radius: "lg" } },
    Modal: {
      defaultProps: { centered: true, radius: "lg", overlayProps: { backgroundOpacity: 0.45 } },
    },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
    Menu: { defaultProps: { shadow: "md", radius: "md" } },
  },
});

/** Quiet text keeps a contrast of 4.5 to 1 on every surface of both schemes. */
export const resolver: CSSVariablesResolver = (current) => {
  const base = defaultCssVariablesResolver(current);
  return {
    variables: base.variables,
    light: {
      ...base.light,
      "--mantine-color-text": "#1b1e25",
      "--mantine-color-dimmed": "#5d6470",
      "--mantine-color-placeholder": "#6a717d",
      "--mantine-color-default-border": "#dfe2e7",
      "--anneal-surface": "#f6f7f9",
      "--anneal-line": "#e6e8ec",
    },
    dark: {
      ...base.dark,
      "--mantine-color-dimmed": "#979fae",
      "--mantine-color-placeholder": "#8b93a2",
      "--mantine-color-default-border": "#343a45",
      "--anneal-surface": "#111318",
      "--anneal-line": "#2a2f38",
    },
  };
};
