import { Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { everyImageGroup, giveGroups } from "@/api/imageGroups";
import type { Project } from "@/api/types";
import { plural } from "@/components/format";
import { Section } from "@/components/Section";
import { GroupBy } from "@/pages/overview/GroupBy";
import { EXAMPLE, faultOf, type Grouping, groupByOf, WAYS } from "@/pages/overview/groupings";
import { groupedWords } from "./groupedWords";

const TOGETHER = WAYS.filter(({ value }) => value !== "none");

/** Gives groups to images that are there, once it was seen which. */
export function KeepTogether({ project }: { project: Project }) {
  const queries = useQueryClient();
  const [grouping, setGrouping] = useState<Grouping>({ way: "folder", pattern: EXAMPLE });
  const [regroup, setRegroup] = useState(false);
  const wanted = { group_by: groupByOf(grouping), regroup };
  const look = useMutation({
    mutationFn: () => giveGroups(project.id, { ...wanted, dry_run: true }),
  });
  const give = useMutation({
    mutationFn: () => giveGroups(project.id, { ...wanted, dry_run: false }),
    onSuccess: async ({ given }) => {
      look.reset();
      notifications.show({
        color: "teal",
        message: `${plural(given.images, "image")} got ${plural(given.groups, "group")}.`,
      });
      await queries.invalidateQueries(everyImageGroup(project.id));
    },
  });

  return (
    <Section
      title="Images that belong together"
      description="Tiles of one slide or frames of one film should not lie on both sides of the holdout. Images that are there get the groups that an import would have given them, and later imports join these."
    >
      <Stack gap="sm">
        <GroupBy
          description="Each image stays on its side of the holdout. For versions that are cut from then on, groups are drawn for val as a whole."
          ways={TOGETHER}
          grouping={grouping}
          onChange={(chosen) => {
            setGrouping(chosen);
            look.reset();
          }}
        />
        <Checkbox
          size="xs"
          label="Change the group of images that have one, too"
          checked={regroup}
          onChange={(event) => {
            setRegroup(event.currentTarget.checked);
            look.reset();
          }}
        />
        <div role="status" aria-label="What becomes of the images">
          {look.data &&
            groupedWords(look.data).map((line) => (
              <Text key={line} size="sm">
                {line}
              </Text>
            ))}
        </div>
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            disabled={faultOf(grouping) !== null || give.isPending}
            loading={look.isPending}
            onClick={() => look.mutate()}
          >
            See which
          </Button>
          <Button
            disabled={!look.data || look.data.given.images === 0}
            loading={give.isPending}
            onClick={() => give.mutate()}
          >
            Keep together
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}
