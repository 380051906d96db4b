import { EmptyState, type EmptyStateProps, Paper } from "@mantine/core";
import classes from "./Empty.module.css";

/** A part of a page with nothing in it yet, and the next step. */
export function Empty(props: EmptyStateProps) {
  return (
    <Paper className={classes.frame}>
      <EmptyState py={40} px="md" withIndicatorBackground {...props} />
    </Paper>
  );
}
