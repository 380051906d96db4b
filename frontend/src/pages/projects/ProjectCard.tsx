import { Badge, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { IconPhoto } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ProjectCard as Project } from "@/api/types";
import { formatCount, plural } from "@/components/format";
import { AnchorLink } from "@/components/links";
import { returnedWords } from "@/components/returnedWords";
import { roleName } from "@/components/roles";
import { Thumbnail } from "@/components/Thumbnail";
import classes from "./ProjectCard.module.css";

export function ProjectCard({ project }: { project: Project }) {
  return (
    <article className={classes.card}>
      <Mosaic urls={project.thumb_urls} />
      <Stack gap={6} p="md">
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Title order={2} className={classes.name} title={project.name}>
            <Link
              to="/projects/$projectId"
              params={{ projectId: String(project.id) }}
              className={classes.link}
            >
              {project.name}
            </Link>
          </Title>
          <Badge color="gray" flex="none">
            {roleName(project.role)}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed" lineClamp={2} className={classes.description}>
          {project.description || "No description"}
        </Text>
        <Progress
          value={project.images ? (100 * project.done) / project.images : 0}
          size={4}
          mt={6}
          aria-label="Finished images"
        />
        <Text size="xs" c="dimmed" className="tabular">
          {project.images === 0
            ? "No images yet"
            : `${formatCount(project.done)} of ${plural(project.images, "image")} done`}
        </Text>
        {project.returned > 0 && (
          <AnchorLink
            to="/projects/$projectId/annotate"
            params={{ projectId: String(project.id) }}
            size="xs"
            c="var(--mantine-color-orange-light-color)"
            className={classes.above}
          >
            {returnedWords(project.returned)}
          </AnchorLink>
        )}
      </Stack>
    </article>
  );
}

function Mosaic({ urls }: { urls: string[] }) {
  if (urls.length === 0)
    return (
      <div className={classes.mosaic} data-count={0}>
        <IconPhoto size={26} stroke={1.4} aria-hidden />
      </div>
    );
  return (
    <div className={classes.mosaic} data-count={urls.length}>
      {urls.map((url) => (
        <Thumbnail key={url} src={url} alt="" />
      ))}
    </div>
  );
}
