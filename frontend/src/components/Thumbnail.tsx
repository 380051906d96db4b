import { Center } from "@mantine/core";
import { IconPhotoOff } from "@tabler/icons-react";
import { useState } from "react";
import classes from "./Thumbnail.module.css";

interface Props {
  src: string;
  alt: string;
}

/** A picture from the object store, cropped to its frame. */
export function Thumbnail({ src, alt }: Props) {
  const [broken, setBroken] = useState("");
  if (broken === src)
    return (
      <Center className={classes.frame} role="img" aria-label={`${alt} (preview not available)`}>
        <IconPhotoOff size={20} aria-hidden />
      </Center>
    );
  return (
    <img
      className={classes.frame}
      src={src}
      alt={alt}
      crossOrigin="anonymous"
      loading="lazy"
      decoding="async"
      onError={() => setBroken(src)}
    />
  );
}
