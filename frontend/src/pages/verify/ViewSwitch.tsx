import { Group, SegmentedControl, Select } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useOffer } from "@/commands/useOffer";
import type { LabelChoice } from "@/pages/annotate/label-choice";

const ALL = "all";

/** One by one or as a grid, of all labels or of one. Both are in the address. */
export function ViewSwitch({ labels }: { labels: readonly LabelChoice[] }) {
  const search = useSearch({ from: "/inside/projects/$projectId/verify" });
  const navigate = useNavigate({ from: "/projects/$projectId/verify" });
  const setView = useCallback(
    (view?: "grid") => void navigate({ search: (before) => ({ ...before, view }) }),
    [navigate],
  );
  useOffer(
    useMemo(
      () => ({
        commands: [
          { id: "verify.one", title: "One by one", group: "View", run: () => setView() },
          { id: "verify.grid", title: "Grid of crops", group: "View", run: () => setView("grid") },
        ],
      }),
      [setView],
    ),
  );
  const choices = [
    { value: ALL, label: "All labels" },
    ...labels.map(({ id, name }) => ({ value: String(id), label: name })),
    { value: "none", label: "Without a label" },
  ];
  return (
    <Group gap="xs" ml="auto" wrap="nowrap">
      <Select
        size="xs"
        w={150}
        aria-label="Label to verify"
        allowDeselect={false}
        data={choices}
        value={String(search.label ?? ALL)}
        onChange={(value) => {
          const label = value === ALL ? undefined : value === "none" ? "none" : Number(value);
          void navigate({ search: { ...search, label } });
        }}
      />
      <SegmentedControl
        size="xs"
        aria-label="View"
        data={[
          { value: "one", label: "One by one" },
          { value: "grid", label: "Grid" },
        ]}
        value={search.view ?? "one"}
        onChange={(value) => setView(value === "grid" ? "grid" : undefined)}
      />
    </Group>
  );
}
