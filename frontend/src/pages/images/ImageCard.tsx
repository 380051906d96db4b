import { ActionIcon, Badge, Group, Menu, Modal, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconDatabase,
  IconDots,
  IconMessage,
  IconMicrophone,
  IconPencil,
  IconTrash,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ImageRow, Project } from "@/api/types";
import { formatCount, plural } from "@/components/format";
import { MenuLink } from "@/components/links";
import { StatusBadge } from "@/components/StatusBadge";
import { Thumbnail } from "@/components/Thumbnail";
import classes from "./ImageCard.module.css";
import { ImageVersions } from "./ImageVersions";
import { useDeleteImage } from "./useDeleteImage";

export function ImageCard({ image, project }: { image: ImageRow; project: Project }) {
  const projectId = String(project.id);
  const deletion = useDeleteImage(project.id);
  const [asksVersions, dialog] = useDisclosure(false);

  return (
    <article className={classes.card}>
      <Link
        to="/projects/$projectId/annotate"
        params={{ projectId }}
        search={{ image: image.id }}
        className={classes.picture}
        aria-label={`Annotate ${image.file_name}`}
      >
        <Thumbnail src={image.thumb_url} alt="" />
      </Link>
      <Group gap={4} wrap="nowrap" className={classes.badges}>
        <StatusBadge status={image.status} />
        {image.open_comments > 0 && <OpenComments count={image.open_comments} />}
        {image.has_takes && <Described />}
        {image.is_holdout && (
          <Tooltip label="Blind: annotated without proposals, never trained on">
            <Badge color="grape">Holdout</Badge>
          </Tooltip>
        )}
      </Group>
      <Group gap={4} px={10} pt={8} justify="space-between" wrap="nowrap">
        <Text size="sm" fw={550} truncate title={image.file_name}>
          {image.file_name}
        </Text>
        <Menu position="bottom-end" width={180}>
          <Menu.Target>
            <ActionIcon size="sm" aria-label={`Actions for ${image.file_name}`}>
              <IconDots size={16} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <MenuLink
              to="/projects/$projectId/annotate"
              params={{ projectId }}
              search={{ image: image.id }}
              leftSection={<IconPencil size={16} aria-hidden />}
            >
              Annotate
            </MenuLink>
            <MenuLink
              to="/projects/$projectId/images/$imageId/describe"
              params={{ projectId, imageId: String(image.id) }}
              leftSection={<IconMicrophone size={16} aria-hidden />}
            >
              Describe aloud
            </MenuLink>
            <Menu.Item leftSection={<IconDatabase size={16} aria-hidden />} onClick={dialog.open}>
              Versions with it
            </Menu.Item>
            {project.role === "manager" && (
              <Menu.Item
                color="var(--mantine-color-error)"
                leftSection={<IconTrash size={16} aria-hidden />}
                onClick={() => deletion.mutate(image)}
              >
                Delete
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </Group>
      <Text size="xs" c="dimmed" px={10} pb={10} className="tabular" lineClamp={2}>
        {factsOf(image, project)}
      </Text>
      <Modal
        opened={asksVersions}
        onClose={dialog.close}
        title={`Versions with ${image.file_name}`}
      >
        <ImageVersions project={project.id} image={image.id} />
      </Modal>
    </article>
  );
}

function OpenComments({ count }: { count: number }) {
  const words = plural(count, "open comment");
  return (
    <Tooltip label={words}>
      <Badge
        color="orange"
        role="img"
        aria-label={words}
        leftSection={<IconMessage size={12} aria-hidden />}
      >
        {formatCount(count)}
      </Badge>
    </Tooltip>
  );
}

function Described() {
  const words = "Somebody described it aloud";
  return (
    <Tooltip label={words}>
      <Badge color="iris" role="img" aria-label={words} px={5}>
        <IconMicrophone size={12} aria-hidden style={{ display: "block" }} />
      </Badge>
    </Tooltip>
  );
}

function factsOf(image: ImageRow, project: Project): string {
  const facts = [image.masks === 0 ? "No masks yet" : plural(image.masks, "mask")];
  if (image.proposals > 0) facts.push(plural(image.proposals, "proposal"));
  if (image.assignee) facts.push(image.assignee);
  if (image.group && project.role === "manager") facts.push(`group ${image.group}`);
  return facts.join(" · ");
}
