import { ActionIcon, Center, Tooltip } from "@mantine/core";
import type { ComponentPropsWithRef, ReactNode } from "react";
import classes from "./AnnotatePage.module.css";

interface Props extends ComponentPropsWithRef<"button"> {
  title: string;
  size: number;
  children: ReactNode;
}

/** A button of the rail that opens a menu; what the menu needs of its target is passed on. */
export function RailMenuButton({ title, size, children, ...target }: Props) {
  return (
    <ActionIcon
      {...target}
      size={size}
      variant="subtle"
      color="gray"
      className={classes.tool}
      aria-label={title}
    >
      {/* Over the open menu it would hide a row. */}
      <Tooltip label={title} position="right" disabled={target["aria-expanded"] === true}>
        <Center w="100%" h="100%">
          {children}
        </Center>
      </Tooltip>
    </ActionIcon>
  );
}
