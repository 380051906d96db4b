import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { allProjectsQuery, projectQuery } from "@/api/projects";
import type { Project } from "@/api/types";
import { Commands } from "@/commands/Commands";
import type { Command } from "@/commands/command";
import { useOffer } from "@/commands/useOffer";
import { openWindow, PALETTE, showKeys, TOUR, togglePalette } from "@/commands/windows";
import { useSignal } from "@/components/useSignal";
import { queueAddress, queueCommands, queuesOf } from "@/pages/overview/queueWords";
import { useLogOut } from "./AccountMenu";
import { tabsOf } from "./ProjectTabs";
import { useOtherScheme } from "./SchemeToggle";

/** The commands of every page: to other pages, to other projects, the account's. */
export function AppCommands() {
  const pages = usePageCommands();
  const projects = useProjectCommands();
  const account = useAccountCommands();
  useOffer(
    useMemo(
      () => ({ commands: [...pages, ...projects, ...account], isEverywhere: true }),
      [pages, projects, account],
    ),
  );
  return <Commands />;
}

function usePageCommands(): Command[] {
  const navigate = useNavigate();
  const { projectId } = useParams({ strict: false });
  const id = Number(projectId);
  const { data: project } = useQuery({ ...projectQuery(id), enabled: projectId !== undefined });
  return useMemo(() => {
    if (projectId === undefined) return [];
    const words = project === undefined ? [] : queuesOf(project);
    const queues = queueCommands(words, (queue) => void navigate(queueAddress(id, queue)));
    const tabs = tabsOf(project).map(({ label, to }) => ({
      ...{ id: `go.${label.toLowerCase()}`, title: label, group: "Project", words: "open go page" },
      run: () => void navigate({ to, params: { projectId } }),
    }));
    // The keys of the queues are the overview's, and the first queue of a plan is a page.
    const others = queues.map(({ key: _, ...command }) => command);
    const own = others.filter(({ id }) => tabs.every((tab) => tab.id !== id));
    return tabs.flatMap((tab) => (tab.id === ANNOTATE ? [...own, tab] : [tab]));
  }, [navigate, projectId, id, project]);
}

const ANNOTATE = "go.annotate"; // the queues stand before it

function useProjectCommands(): Command[] {
  const navigate = useNavigate();
  const { projectId } = useParams({ strict: false });
  const isOpen = useSignal(openWindow) === "palette";
  const { data: projects = NONE } = useQuery({ ...allProjectsQuery, enabled: isOpen });
  return useMemo(() => {
    const group = "Projects";
    const others = projects.filter(({ id }) => String(id) !== projectId);
    const all = { id: "go.projects", title: "All projects", group, words: "home" };
    return [
      ...others.map(({ id, name }) => ({
        ...{ id: `project.${id}`, title: name, group, words: "open project" },
        run: () => void navigate({ to: "/projects/$projectId", params: { projectId: `${id}` } }),
      })),
      { ...all, run: () => void navigate({ to: "/projects" }) },
    ];
  }, [navigate, projects, projectId]);
}

const NONE: readonly Pick<Project, "id" | "name">[] = [];

/** On a canvas, Tab goes from proposal to proposal: this is the way out. */
function focusHead(): void {
  document.querySelector<HTMLElement>("header a")?.focus();
}

function useAccountCommands(): Command[] {
  const navigate = useNavigate();
  const logOut = useLogOut();
  const { other, switchScheme } = useOtherScheme();
  return useMemo(() => {
    const group = "Anneal";
    return [
      { ...PALETTE, ...{ group, isEverywhere: true, isKeyOnly: true }, run: togglePalette },
      {
        ...{ id: "keys", title: "Keys", key: "?", group, isFixed: true, run: showKeys },
        ...{ what: "See or change the keys of this page", words: "shortcuts help remap keyboard" },
      },
      {
        ...{ id: "focus.head", title: "Go to the head of the page", key: "Ctrl+Home", group },
        ...{ words: "focus leave canvas keyboard tab", run: focusHead },
      },
      {
        ...{ id: "scheme", title: `Use the ${other} colours`, group, words: "theme mode scheme" },
        run: switchScheme,
      },
      {
        ...{
          id: "go.account",
          title: "Your account",
          group,
          words: "password tokens privacy text size left hand",
        },
        run: () => void navigate({ to: "/account" }),
      },
      {
        ...{ id: TOUR, title: "Take the tour", group, words: "help learn introduction tutorial" },
        run: () => void navigate({ to: "/tour" }),
      },
      { id: "log-out", title: "Log out", group, words: "sign leave", run: logOut },
    ];
  }, [navigate, logOut, other, switchScheme]);
}
