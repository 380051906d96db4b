import { EmptyState, type EmptyStateProps, Paper } from "@mantine/core";
import classes from "./Empty.module.css";

/** A part of a page with nothing in it yet; the children are its next step. */
export function Empty({ children, ...props }: EmptyStateProps) {
  return (
    <Paper className={classes.frame}>
      <EmptyState py={40} px="md" withIndicatorBackground {...props}>
        {children && <EmptyState.Actions>{children}</EmptyState.Actions>}
      </EmptyState>
    </Paper>
  );
}
