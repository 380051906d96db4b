import { Group, SegmentedControl, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { ImageFilter } from "@/api/images";
import type { ImageStatus, Project } from "@/api/types";
import { formatCount } from "@/components/format";

interface Props {
  project: Project;
  filter: ImageFilter;
}

/** Which images are listed: by status, or those in the trash; and by name. */
export function Filters({ project, filter }: Props) {
  const navigate = useNavigate({ from: "/projects/$projectId/images" });
  const [text, setText] = useState(filter.search ?? "");
  const [applied, setApplied] = useState(filter.search);
  if (applied !== filter.search) {
    setApplied(filter.search);
    if (filter.search === undefined) setText(""); // "Show all images" drops the search
  }
  const search = useDebouncedCallback((wanted: string) => {
    void navigate({ search: (old) => ({ ...old, search: wanted || undefined }), replace: true });
  }, 250);
  const show = (choice: string) => {
    const trash = choice === "trash" ? true : undefined;
    const status = trash || choice === "all" ? undefined : (choice as ImageStatus);
    void navigate({ search: (old) => ({ ...old, status, trash }) });
  };
  const { images, todo, done, returned, reviewed } = project.counts;

  return (
    <Group justify="space-between" mb="md" gap="sm">
      <SegmentedControl
        size="xs"
        aria-label="Status"
        value={filter.trash ? "trash" : (filter.status ?? "all")}
        onChange={show}
        data={[
          { value: "all", label: counted("All", images) },
          { value: "todo", label: counted("To do", todo) },
          { value: "done", label: counted("Done", done) },
          { value: "returned", label: counted("Returned", returned) },
          { value: "reviewed", label: counted("Reviewed", reviewed) },
          ...(project.role === "manager" ? [{ value: "trash", label: "Deleted" }] : []),
        ]}
      />
      <TextInput
        size="xs"
        w={240}
        aria-label="Search by file name"
        placeholder="Search by file name"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
      />
    </Group>
  );
}

function counted(name: string, count: number): ReactNode {
  return (
    <>
      {name}{" "}
      <Text span inherit c="dimmed" fw={500} className="tabular">
        {formatCount(count)}
      </Text>
    </>
  );
}
