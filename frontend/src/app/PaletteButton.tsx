import { ActionIcon, Button } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { KeyOf } from "@/commands/Keys";
import { PALETTE, togglePalette } from "@/commands/windows";
import classes from "./Shell.module.css";

/** Opens the palette, and says by which key it opens. */
export function PaletteButton() {
  return (
    <>
      <Button
        variant="default"
        size="xs"
        className={classes.commands}
        visibleFrom="lg"
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={<KeyOf command={PALETTE} />}
        aria-keyshortcuts="Control+K"
        onClick={togglePalette}
      >
        Commands
      </Button>
      <ActionIcon hiddenFrom="lg" aria-label="Commands" onClick={togglePalette}>
        <IconSearch size={18} aria-hidden />
      </ActionIcon>
    </>
  );
}
