import { Button, Kbd } from "@mantine/core";

export function UndoButton({ onClick }: { onClick: () => void }) {
  return (
    <Button
      size="md"
      variant="subtle"
      color="gray"
      rightSection={<Kbd size="xs">Ctrl Z</Kbd>}
      onClick={onClick}
    >
      Undo
    </Button>
  );
}
