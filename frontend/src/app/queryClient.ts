import { notifications } from "@mantine/notifications";
import { MutationCache, QueryClient } from "@tanstack/react-query";
import { isWorthRetrying, messageOf } from "@/api/problem";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: "always", // without a network it fails and says so, or a copy is shown
      ...{ retry: isWorthRetrying, staleTime: 10_000, refetchOnWindowFocus: true },
    },
  },
  mutationCache: new MutationCache({
    onError: (error, _variables, _result, mutation) => {
      if (mutation.meta?.shownInPlace) return;
      notifications.show({ color: "red", title: "That did not work", message: messageOf(error) });
    },
  }),
});
