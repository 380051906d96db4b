import { Button, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { rowsOf } from "@/api/pages";
import type { Project, Version } from "@/api/types";
import { exportsQuery } from "@/api/versions";
import { ErrorState } from "@/components/ErrorState";
import { ShowMore } from "@/components/ShowMore";
import { ExportRow } from "./ExportRow";
import { withoutReplaced } from "./exportWords";

interface Props {
  version: Version;
  project: Project;
}

/** The last exports of a version, which come with it; the others once somebody asks for them. */
export function Exports({ version, project }: Props) {
  const { id, exports, exports_count } = version;
  const [isWhole, whole] = useDisclosure(false);
  const all = useInfiniteQuery({ ...exportsQuery(project.id, id), enabled: isWhole });
  const known = new Set(exports.map((each) => each.id));
  const others = isWhole ? rowsOf(all.data).filter((each) => !known.has(each.id)) : [];
  return (
    <Stack gap="xs" mt="md">
      {withoutReplaced([...exports, ...others]).map((each) => (
        <ExportRow key={each.id} item={each} version={version} project={project} />
      ))}
      {exports_count > exports.length && !all.data && (
        <Button
          variant="subtle"
          size="compact-sm"
          loading={isWhole && all.isPending}
          onClick={whole.open}
          aria-label={`Show all exports of ${id.slice(0, 8)}`}
        >
          Show all {exports_count} exports
        </Button>
      )}
      {all.error && <ErrorState error={all.error} onRetry={() => all.refetch()} />}
      {isWhole && <ShowMore query={all} isCompact />}
    </Stack>
  );
}
