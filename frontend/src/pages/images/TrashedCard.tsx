import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { restoreImage } from "@/api/images";
import type { ImageRow } from "@/api/types";
import { formatAgo, formatDaysLeft } from "@/components/format";
import { Thumbnail } from "@/components/Thumbnail";
import classes from "./ImageCard.module.css";

/** An image in the trash: it can be looked at, and brought back with all that is on it. */
export function TrashedCard({ image, project }: { image: ImageRow; project: number }) {
  const queries = useQueryClient();
  const restore = useMutation({
    mutationFn: () => restoreImage(image.id),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["images", project] }),
        queries.invalidateQueries({ queryKey: ["project", project] }),
      ]),
  });
  const deletedAt = image.deleted_at ?? "";

  return (
    <article className={classes.card}>
      <div className={classes.picture}>
        <Thumbnail src={image.thumb_url} alt="" />
      </div>
      <Group gap={4} px={10} pt={8} justify="space-between" wrap="nowrap">
        <Text size="sm" fw={550} truncate title={image.file_name}>
          {image.file_name}
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          flex="none"
          aria-label={`Restore ${image.file_name}`}
          onClick={() => restore.mutate()}
          loading={restore.isPending}
        >
          Restore
        </Button>
      </Group>
      <Text size="xs" c="dimmed" px={10} pb={10} truncate>
        {formatAgo(deletedAt)} · {formatDaysLeft(deletedAt)}
      </Text>
    </article>
  );
}
