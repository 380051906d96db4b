import { Alert, type AlertProps, Button, Code, CopyButton, Group } from "@mantine/core";
import type { ReactNode } from "react";

interface Props extends Pick<AlertProps, "mb" | "mt"> {
  /** What to do with it now. */
  title: string;
  /** What the button names that hides it: "token". */
  what: string;
  secret: string;
  onClose: () => void;
  children?: ReactNode;
}

/** A secret that nobody can read again. */
export function ShownOnce({ title, what, secret, onClose, children, ...margins }: Props) {
  return (
    <Alert
      color="teal"
      title={title}
      withCloseButton
      closeButtonLabel={`Hide the ${what}`}
      onClose={onClose}
      {...margins}
    >
      <Group gap="xs" wrap="nowrap">
        <Code style={{ overflowWrap: "anywhere" }}>{secret}</Code>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" flex="none" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
      </Group>
      {children}
    </Alert>
  );
}
