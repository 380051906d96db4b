import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles.css";
import "@mantine/charts/styles.css";
import "@mantine/dropzone/styles.css";
import "@mantine/notifications/styles.css";
import "./app.css";
import { MantineProvider } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { choices, sendChoicesWhenLeft } from "@/api/preferences";
import { followDisplay, keepDisplay } from "@/components/display";
import { keepPageForOffline } from "@/offline/register";
import { queryClient } from "./queryClient";
import { ReloginModal } from "./relogin";
import { router } from "./router";
import { schemeManager } from "./scheme";
import { resolver, theme } from "./theme";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

keepDisplay(choices, document.documentElement);
addEventListener("storage", followDisplay);
sendChoicesWhenLeft();
void keepPageForOffline();

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={resolver}
      colorSchemeManager={schemeManager}
    >
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" containerWidth={400} limit={3} />
        <ModalsProvider>
          <RouterProvider router={router} />
        </ModalsProvider>
        <ReloginModal />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
