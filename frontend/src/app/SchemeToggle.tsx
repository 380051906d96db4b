import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";

export function SchemeToggle() {
  const { other, switchScheme } = useOtherScheme();
  const Icon = other === "light" ? IconSun : IconMoon;

  return (
    <Tooltip label={`Use the ${other} colours`}>
      <ActionIcon aria-label={`Use the ${other} colours`} onClick={switchScheme}>
        <Icon size={18} stroke={1.7} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

/** The colours that are not in use, and the way to them. */
export function useOtherScheme() {
  const { setColorScheme } = useMantineColorScheme();
  const other = useComputedColorScheme("light") === "dark" ? "light" : "dark";
  return { other, switchScheme: () => setColorScheme(other) } as const;
}
