import { Button, Group, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ImageQueue } from "@/api/queue-names";
import { sessionQuery } from "@/api/session";
import { useSignal } from "@/components/useSignal";
import { bytesOf, copies } from "@/offline/copies";
import { FillingBar, keepNext } from "./keep-next";
import classes from "./Stock.module.css";
import { STOCK, stock } from "./stock";
import { KEEPING, stockWords } from "./stock-words";

interface Props {
  project: number;
  queue: ImageQueue | undefined;
}

/** What was taken along for a time without a network, and how to take more. */
export function StockSection({ project, queue }: Props) {
  const user = useQuery(sessionQuery).data?.user?.id ?? 0;
  const isUnderWay = useSignal(stock.filling)?.end === null;
  const queries = useQueryClient();
  const { data: taken = [] } = useQuery({
    queryKey: ["stock", user, isUnderWay],
    queryFn: () => copies.stockOf(user),
    staleTime: 0,
  });
  const letGo = async (): Promise<void> => {
    await copies.unstock(user);
    await queries.invalidateQueries({ queryKey: ["stock"] });
  };
  const words =
    taken.length === 0
      ? "For a time without a network, more images can be kept on this device."
      : `${stockWords(taken.length, bytesOf(taken))}.`;
  return (
    <section className={classes.section} aria-label="Without a network">
      <Text size="sm">{isUnderWay ? KEEPING : words}</Text>
      {isUnderWay ? (
        <FillingBar />
      ) : (
        <Group gap={6}>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={() => void keepNext({ user, project, queue })}
          >
            Keep the next {STOCK} images
          </Button>
          {taken.length > 0 && (
            <Button size="xs" variant="subtle" onClick={() => void letGo()}>
              Let go of them
            </Button>
          )}
        </Group>
      )}
    </section>
  );
}
