import { Button, Group, Select, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { datasetImportsKey, importFromBucket, importSourcesQuery } from "@/api/datasetImports";
import { messageOf } from "@/api/problem";

interface Props {
  project: number;
  groupBy: string;
  disabled: boolean;
}

/** What lies in a bucket: shown where the deployment lets imports read one. */
export function BucketImport({ project, groupBy, disabled }: Props) {
  const queries = useQueryClient();
  const { data: sources = [] } = useQuery(importSourcesQuery(project));
  const [chosen, setChosen] = useState<string | null>(null);
  const [prefix, setPrefix] = useState("");
  const bucket = chosen ?? sources[0];
  const look = useMutation({
    mutationFn: (name: string) => importFromBucket(project, name, prefix.trim(), groupBy),
    onSuccess: () => setPrefix(""),
    onSettled: () => queries.invalidateQueries({ queryKey: datasetImportsKey(project) }),
  });

  if (!bucket) return null;
  return (
    <form
      aria-label="Import from a bucket"
      onSubmit={(event) => {
        event.preventDefault();
        look.mutate(bucket);
      }}
    >
      <Group mt="sm" gap="xs" align="flex-end">
        <Select
          label="Or from a bucket"
          size="xs"
          w={160}
          allowDeselect={false}
          data={sources}
          value={bucket}
          onChange={setChosen}
        />
        <TextInput
          label="Folder or file in it"
          size="xs"
          flex={1}
          miw={180}
          placeholder="all of it"
          value={prefix}
          onChange={(event) => setPrefix(event.currentTarget.value)}
        />
        <Button
          type="submit"
          size="xs"
          variant="default"
          loading={look.isPending}
          disabled={disabled}
        >
          Look at it
        </Button>
      </Group>
      {look.error && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {messageOf(look.error)}
        </Text>
      )}
    </form>
  );
}
