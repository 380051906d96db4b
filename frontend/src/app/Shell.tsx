import { AppShell } from "@mantine/core";
import { Outlet } from "@tanstack/react-router";
import { AppCommands } from "./AppCommands";
import { Header } from "./Header";
import classes from "./Shell.module.css";

/** The frame of every page behind the login. */
export function Shell() {
  return (
    <AppShell header={{ height: 52 }} padding={0}>
      <a href="#main" className={classes.skip}>
        Skip to the page
      </a>
      <AppShell.Header className={classes.header}>
        <Header />
      </AppShell.Header>
      <AppCommands />
      <AppShell.Main id="main" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
