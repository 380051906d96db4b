import { Button } from "@mantine/core";
import { KeyOf } from "@/commands/Keys";
import { UNDO } from "./verify-commands";

export function UndoButton({ onClick }: { onClick: () => void }) {
  return (
    <Button
      size="md"
      variant="subtle"
      color="gray"
      rightSection={<KeyOf command={UNDO} />}
      onClick={onClick}
    >
      Undo
    </Button>
  );
}
