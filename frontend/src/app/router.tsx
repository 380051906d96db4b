/** Every route of the application; pages are loaded when first visited. */

import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { projectQuery } from "@/api/projects";
import { type ImageQueue, isImageQueue } from "@/api/queue-names";
import { sessionQuery } from "@/api/session";
import type { ImageStatus } from "@/api/types";
import { ProjectLayout } from "./ProjectLayout";
import { queryClient } from "./queryClient";
import { NotFound, RouteError, RoutePending } from "./RouteStates";
import { Shell } from "./Shell";

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFound,
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search): { next?: string } => ({ next: localPath(search.next) }),
  // Asking who is logged in also brings the CSRF cookie that logging in needs.
  beforeLoad: async ({ context, search }) => {
    const session = await context.queries.fetchQuery(sessionQuery);
    if (session.user) throw redirect({ href: search.next ?? "/projects" });
  },
  component: lazyRouteComponent(() => import("@/pages/login/LogInPage"), "LogInPage"),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ context, location }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (!session.user) throw redirect({ to: "/login", search: { next: location.href } });
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/projects" });
  },
});

const projects = createRoute({
  getParentRoute: () => inside,
  path: "/projects",
  component: lazyRouteComponent(() => import("@/pages/projects/ProjectsPage"), "ProjectsPage"),
});

const account = createRoute({
  getParentRoute: () => inside,
  path: "/account",
  component: lazyRouteComponent(() => import("@/pages/account/AccountPage"), "AccountPage"),
});

const tour = createRoute({
  getParentRoute: () => inside,
  path: "/tour",
  component: lazyRouteComponent(() => import("@/pages/tour/TourPage"), "TourPage"),
});

const project = createRoute({
  getParentRoute: () => inside,
  path: "/projects/$projectId",
  loader: ({ context, params }) =>
    context.queries.ensureQueryData(projectQuery(Number(params.projectId))),
  component: ProjectLayout,
});

const overview = createRoute({
  getParentRoute: () => project,
  path: "/",
  component: lazyRouteComponent(() => import("@/pages/overview/OverviewPage"), "OverviewPage"),
});

const STATUSES: readonly unknown[] = ["todo", "done", "returned", "reviewed"];

const images = createRoute({
  getParentRoute: () => project,
  path: "/images",
  validateSearch: (search): { status?: ImageStatus; trash?: true; search?: string } => ({
    status: STATUSES.includes(search.status) ? (search.status as ImageStatus) : undefined,
    trash: search.trash === true || undefined,
    search: typeof search.search === "string" && search.search ? search.search : undefined,
  }),
  component: lazyRouteComponent(() => import("@/pages/images/ImagesPage"), "ImagesPage"),
});

const annotate = createRoute({
  getParentRoute: () => project,
  path: "/annotate",
  validateSearch: (
    search,
  ): { image?: number; queue?: ImageQueue; mask?: string; box?: string } => ({
    image: Number.isInteger(Number(search.image)) ? Number(search.image) : undefined,
    queue: isImageQueue(search.queue) ? search.queue : undefined,
    mask: typeof search.mask === "string" ? search.mask : undefined,
    box: typeof search.box === "string" ? search.box : undefined,
  }),
  component: lazyRouteComponent(() => import("@/pages/annotate/AnnotatePage"), "AnnotatePage"),
});

const verify = createRoute({
  getParentRoute: () => project,
  path: "/verify",
  validateSearch: (search): { view?: "grid"; label?: number | "none" } => ({
    view: search.view === "grid" ? "grid" : undefined,
    label:
      search.label === "none"
        ? "none"
        : Number.isInteger(search.label)
          ? Number(search.label)
          : undefined,
  }),
  component: lazyRouteComponent(() => import("@/pages/verify/VerifyPage"), "VerifyPage"),
});

const describe = createRoute({
  getParentRoute: () => project,
  path: "/images/$imageId/describe",
  component: lazyRouteComponent(() => import("@/pages/describe/DescribePage"), "DescribePage"),
});

const rounds = createRoute({
  getParentRoute: () => project,
  path: "/rounds",
  validateSearch: (search): { round?: number; compare?: string } => ({
    round: Number.isInteger(search.round) ? Number(search.round) : undefined,
    compare: typeof search.compare === "string" ? search.compare : undefined,
  }),
  component: lazyRouteComponent(() => import("@/pages/rounds/RoundsPage"), "RoundsPage"),
});

const versions = createRoute({
  getParentRoute: () => project,
  path: "/versions",
  validateSearch: (search): { compare?: string } => ({
    compare: typeof search.compare === "string" ? search.compare : undefined,
  }),
  component: lazyRouteComponent(() => import("@/pages/versions/VersionsPage"), "VersionsPage"),
});

const settings = createRoute({
  getParentRoute: () => project,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/pages/settings/SettingsPage"), "SettingsPage"),
});

const tree = root.addChildren([
  login,
  inside.addChildren([
    home,
    projects,
    account,
    tour,
    project.addChildren([overview, images, annotate, verify, describe, rounds, versions, settings]),
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  context: { queries: queryClient },
  defaultPreload: "intent",
  defaultPendingComponent: RoutePending,
  defaultErrorComponent: RouteError,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

/** A path of this site, never another site's address. */
function localPath(value: unknown): string | undefined {
  return typeof value === "string" && /^\/(?!\/)/.test(value) ? value : undefined;
}
