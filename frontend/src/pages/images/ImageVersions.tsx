import { Badge, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { imageVersionsQuery } from "@/api/versions";
import { ErrorState } from "@/components/ErrorState";
import { formatAgo, formatMoment, plural } from "@/components/format";
import { AnchorLink } from "@/components/links";

interface Props {
  project: number;
  image: number;
}

/** Which dataset versions hold an image, the newest first, and how. */
export function ImageVersions({ project, image }: Props) {
  const found = useInfiniteQuery(imageVersionsQuery(project, image));
  const rows = found.data?.pages.flatMap((page) => page.results) ?? [];
  return (
    <Stack gap="sm">
      {found.error && <ErrorState error={found.error} onRetry={() => found.refetch()} />}
      {found.isPending && <Skeleton height={60} radius="md" />}
      {found.data && rows.length === 0 && (
        <Text size="sm" c="dimmed">
          {found.hasNextPage ? "None of the newest versions holds it." : "No version holds it yet."}
        </Text>
      )}
      {rows.map((row) => (
        <div key={row.id}>
          <Group gap="xs">
            <AnchorLink
              to="/projects/$projectId/versions"
              params={{ projectId: String(project) }}
              hash={row.id}
              ff="monospace"
              size="sm"
            >
              {row.id.slice(0, 8)}
            </AnchorLink>
            {row.tags.map((tag) => (
              <Badge key={tag}>{tag}</Badge>
            ))}
            <Text size="xs" c="dimmed" title={formatMoment(row.created_at)}>
              {formatAgo(row.created_at)}
            </Text>
          </Group>
          <Text size="sm" c="dimmed" className="tabular">
            {[row.split, plural(row.masks, "mask"), plural(row.captions, "caption")].join(" · ")}
          </Text>
          {row.note && (
            <Text size="sm" lineClamp={2}>
              {row.note}
            </Text>
          )}
        </div>
      ))}
      {found.hasNextPage && (
        <Button
          variant="default"
          onClick={() => found.fetchNextPage()}
          loading={found.isFetchingNextPage}
        >
          Look in older versions
        </Button>
      )}
    </Stack>
  );
}
