/** The API's shapes by the words of the product; the schema is their only source. */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Session = Schemas["Session"];
export type Role = Schemas["Role"];
export type Label = Schemas["Label"];
export type ProjectCard = Schemas["ProjectCard"];
export type Project = Schemas["Project"];
export type Member = Schemas["Member"];
export type Job = Schemas["Job"];
export type JobState = Schemas["JobState"];
export type UploadState = Schemas["UploadState"];
export type UploadRow = Schemas["Upload"];
export type UploadPlan = Schemas["BegunUpload"];
export type ImageStatus = Schemas["ImageStatus"];
export type ImageRow = Schemas["Image"];
export type ImageDetail = Schemas["ImageDetail"];
export type Mime = Schemas["Mime"];
export type TracePoint = Schemas["TracePoint"];
export type Cut = Schemas["Cut"];
export type Word = Schemas["Word"];
export type Transcript = Schemas["Transcript"];
export type Recording = Schemas["Recording"];
export type Caption = Schemas["Caption"];
export type Figures = Schemas["Figures"];
export type Difference = Schemas["Difference"];
export type Effort = Schemas["Effort"];
export type Round = Schemas["Round"];
export type RoundState = Schemas["RoundState"];
export type RoundWithCurve = Schemas["RoundWithCurve"];
export type CurvePoint = Schemas["CurvePoint"];
export type Export = Schemas["Export"];
export type ExportFormat = Schemas["ExportFormat"];
export type Version = Schemas["Version"];
export type Scope = Schemas["Scope"];
export type Token = Schemas["Token"];
export type Said = Schemas["Said"];
export type NewPart = Schemas["NewPart"];
export type OwnVoices = Schemas["OwnVoices"];
export type VoiceTerms = Schemas["VoiceTerms"];
export type Work = Schemas["Work"];
export type WorkRow = Schemas["WorkRow"];
