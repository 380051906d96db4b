import { Button, Menu, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ExportFormat, Project, Version } from "@/api/types";
import { startExport, versionsQuery } from "@/api/versions";
import { ExportMasks } from "./ExportMasks";
import { offersOf } from "./exportFormats";

interface Props {
  version: Version;
  project: Project;
}

/** What can be exported of the version, with what goes in. */
export function ExportMenu({ version, project }: Props) {
  const queries = useQueryClient();
  const begin = useMutation({
    mutationFn: (format: ExportFormat) => startExport(version.id, format),
    onSuccess: () => queries.invalidateQueries(versionsQuery(project.id)),
  });
  const [choosing, dialog] = useDisclosure(false);
  const offers = offersOf(version, project);

  return (
    <>
      <ExportMasks version={version} project={project} opened={choosing} onClose={dialog.close} />
      <Menu position="bottom-end" width={340}>
        <Menu.Target>
          <Button
            variant="default"
            size="compact-sm"
            rightSection={<IconChevronDown size={14} aria-hidden />}
            loading={begin.isPending}
          >
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={dialog.open}>
            <Text size="sm" fw={550}>
              Masks…
            </Text>
            <Text size="xs" c="dimmed">
              In a format of your choice, with or without the images.
            </Text>
          </Menu.Item>
          {offers.map(({ format, name, holds, refusal }) => (
            <Menu.Item
              key={format}
              disabled={refusal !== null}
              onClick={() => begin.mutate(format)}
            >
              <Text size="sm" fw={550}>
                {name}
              </Text>
              <Text size="xs" c="dimmed">
                {refusal ?? holds}
              </Text>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
